import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // As the harness gives to what runs the engine.
    env: { TF_CPP_MIN_LOG_LEVEL: '3', ...(process.arch === 'x64' ? { TF_ENABLE_ONEDNN_OPTS: '1' } : {}) },
  },
});
