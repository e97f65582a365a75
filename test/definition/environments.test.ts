import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { countChanges } from '../../baselines/count-changes.ts';
import { definitionChanges } from '../../baselines/definition-changes.ts';
import { firstStepDifference } from '../../baselines/first-step-differences.ts';
import { type Definition, definitionSchema } from '../../harness/spec/definition.ts';

const loader = path.resolve(import.meta.dirname, '../run/fixtures/typescript-loader.mjs');
const fixture = path.resolve(import.meta.dirname, 'fixtures/define.mjs');

/** A tiny cell's definition, made by a process of its own. */
async function definedBy(threads: number, env: Record<string, string>): Promise<Definition> {
  const { stdout } = await execa(process.execPath, ['--import', loader, fixture, String(threads)], { env });
  return definitionSchema.parse(JSON.parse(stdout));
}

const portable = { TF_ENABLE_ONEDNN_OPTS: '1', ONEDNN_MAX_CPU_ISA: 'AVX2' };

test.runIf(process.arch === 'x64')(
  'threads, instructions and oneDNN define nothing',
  { timeout: 600_000 },
  async () => {
    const accepted = await definedBy(1, portable);
    expect(accepted.first_steps).toMatchObject({ arithmetic: 'portable', threads: 1 });
    for (const [threads, env] of [
      [2, { TF_ENABLE_ONEDNN_OPTS: '1' }],
      [1, { TF_ENABLE_ONEDNN_OPTS: '0' }],
    ] as const) {
      const here = await definedBy(threads, env);
      expect(definitionChanges(accepted, here, 'epoch')).toEqual([]);
      expect(countChanges(accepted, here)).toEqual([]);
      expect(firstStepDifference(accepted, here)).toBeNull();
    }
  },
);
