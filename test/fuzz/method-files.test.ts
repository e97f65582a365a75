import { writeFile } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { streamsOf } from '../../harness/random.ts';
import { cli } from '../cli/helpers.ts';
import { bottleneck, methodFile, steepest } from '../helpers/method-files.ts';
import { mutateBytes } from './mutations.ts';

// The process that tries a file is the real one, started from source.
vi.stubEnv('NODE_OPTIONS', `--import ${new URL('../run/fixtures/typescript-loader.mjs', import.meta.url).href}`);

/** Mutated files of each method; the environment multiplies them. */
const each = 2 * Number(process.env.FACTORBENCH_FUZZ ?? 1);
const blocks = Array.from({ length: each }, (_, block) => block);

it.each(
  [['layer', bottleneck] as const, ['sparse', steepest] as const].flatMap(([kind, text]) =>
    blocks.map((block) => [kind, block, text] as const),
  ),
)('a damaged file of a %s method is refused in sentences, or plans, %i', async (kind, block, text) => {
  const { what, content } = mutateBytes(Buffer.from(text), streamsOf(`fuzz:method-${kind}`, block)('damage'));
  const path = await methodFile('');
  await writeFile(path, content);
  const { exitCode, stdout, stderr } = await cli(['plan', 'compression', '--json', '--seeds', '1', '--method', path]);
  expect([0, 2], `${what}\n${stderr}`).toContain(exitCode);
  expect(stderr, what).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  expect(stderr, what).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u);
  if (exitCode === 2) expect(stderr, what).toContain(path);
  // The suite's own cells are planned all the same.
  if (stdout !== '') expect(JSON.parse(stdout).length, what).toBeGreaterThan(0);
});
