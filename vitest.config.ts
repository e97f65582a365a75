import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Folders whose tests compute: they leave their process as it was, but for the engine that it has loaded. */
const computing = (
  'baselines budget data decode definition end-to-end engine init methods nn optim plan regularize reports shape ' +
  'sparse spec statistics suites tasks tensor text train'
).split(' ');

/**
 * What a test says that changes more than itself: modules that stand in for others, kinds of task that are made known,
 * the environment, the clock.
 */
const changing =
  /\bvi\.(mock|stubEnv|useFakeTimers)\(|helpers\/(chain|other|scored)-kind|\baddKind|\bprocess\.env\.\w+ = /;

const files = readdirSync(join(import.meta.dirname, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/${name}`);

/** To start a process, and to load the sources and the engine, takes longer than most tests: these share processes. */
const shared = files.filter(
  (file) =>
    computing.includes(file.split('/')[1] ?? '') &&
    !changing.test(readFileSync(join(import.meta.dirname, file), 'utf8')),
);

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // As the harness gives to what runs the engine.
    env: { TF_CPP_MIN_LOG_LEVEL: '3', ...(process.arch === 'x64' ? { TF_ENABLE_ONEDNN_OPTS: '1' } : {}) },
    projects: [
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: shared } },
      { extends: true, test: { name: 'shared', include: shared, isolate: false } },
    ],
  },
});
