import { join } from 'node:path';
import { expect, it } from 'vitest';
import { restoreCheckpoint, saveCheckpoint } from '../../../harness/checkpoint.ts';
import { weightsDigest } from '../../../harness/measure/weights.ts';
import { type Norms, normTrace, savedNorms } from '../../../harness/tasks/normalization/norm-trace.ts';
import { readWeights, saveWeights } from '../../../harness/weight-file.ts';
import '../../helpers/engine.ts';
import { temporaryFolder } from '../../run/helpers.ts';

const norms = [
  [Math.PI, 1 / 3],
  [1e-20, 12_345.678_901_234],
  [0.1, Math.sqrt(2)],
];

function filled() {
  const trace = normTrace(3, 2);
  norms.forEach((values, index) => void trace.set(index + 1, values));
  trace.store();
  return trace;
}

const expectAll = (trace: Norms) =>
  norms.forEach((values, index) => {
    values.forEach(
      (value, layer) => void expect(Math.abs(trace.at(index + 1)[layer]! / value - 1)).toBeLessThan(2 ** -47),
    );
  });

it('comes through a checkpoint, to 48 bits', async () => {
  const path = join(await temporaryFolder(), 'trace.ckpt');
  const key = { id: 'trace', computation: {} };
  await saveCheckpoint(path, key, [], filled().variables);
  const other = normTrace(3, 2);
  other.set(1, [7, 7]);
  expect(await restoreCheckpoint(path, key, other.variables)).toMatchObject({ state: 'restored' });
  other.load();
  expectAll(other);
  expect(other.at(2)).toEqual(filled().at(2));
});

it('comes through a file of weights, by its digest, and is of the shape that is asked for', async () => {
  const path = join(await temporaryFolder(), 'trace.safetensors');
  const { variables } = filled();
  const key = { id: 'trace', digest: weightsDigest(variables) };
  await saveWeights(path, { cell: 'trace', ...key }, variables);
  const weights = await readWeights(path, key);
  expectAll(savedNorms(weights!, 3, 2));
  expect(() => savedNorms(weights!, 2, 3)).toThrow('expected [2,3] numbers, found [3,2]');
  expect(() => savedNorms(new Map(), 3, 2)).toThrow('expected [3,2] numbers, found nothing');
});

it('keeps what is no number as none', () => {
  const trace = normTrace(1, 3);
  trace.set(1, [Number.NaN, Number.POSITIVE_INFINITY, 2]);
  trace.store();
  trace.load();
  expect([...trace.at(1)]).toEqual([Number.NaN, Number.POSITIVE_INFINITY, 2]);
});
