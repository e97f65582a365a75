import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Variable, variableOf } from '../harness/engine/variable.ts';
import { weightsDigest } from '../harness/measure/weights.ts';
import { type FileTensor, parseSafetensors, safetensorsOf } from '../harness/safetensors.ts';
import { readWeights, saveWeights } from '../harness/weight-file.ts';
import './helpers/engine.ts';
import { temporaryFolder } from './run/helpers.ts';

const variables = [
  variableOf('body.weight', 'weight', Float32Array.of(1, -0, 1e-40, 3.4e38), [2, 2]),
  variableOf('norm.mean', 'statistic', Float32Array.of(0.1, Math.PI, -3), [3]),
];
const key = { cell: 'dense.seed-0', id: 'cell', digest: weightsDigest(variables) };

let path: string;
beforeEach(async () => {
  path = join(await temporaryFolder(), 'weights', 'cell.safetensors');
});

/** Writes the weights, then changes the file's bytes. */
async function changed(change: (file: Buffer) => unknown): Promise<void> {
  await saveWeights(path, key, variables);
  const file = await readFile(path);
  change(file);
  await writeFile(path, file);
}

describe('a file of weights', () => {
  test('gives them back by name, bit for bit, and lies there alone', async () => {
    await saveWeights(path, key, variables);
    const weights = await readWeights(path, key);
    expect([...weights!]).toEqual([
      ['body.weight', { shape: [2, 2], values: Float32Array.of(1, -0, 1e-40, 3.4e38) }],
      ['norm.mean', { shape: [3], values: Float32Array.of(0.1, Math.PI, -3) }],
    ]);
    expect(Object.is(weights!.get('body.weight')!.values[1], -0)).toBe(true);
    expect(await readdir(join(path, '..'))).toEqual(['cell.safetensors']);
  });

  test('is replaced whole', async () => {
    const before = { ...key, digest: weightsDigest(variables.slice(1)) };
    await saveWeights(path, before, variables.slice(1));
    expect([...(await readWeights(path, before))!.keys()]).toEqual(['norm.mean']);
    await saveWeights(path, key, variables);
    expect([...(await readWeights(path, key))!.keys()]).toEqual(['body.weight', 'norm.mean']);
    expect(await readWeights(path, before)).toBeNull();
  });

  test.each<[string, () => Promise<unknown>]>([
    ['that is not there', async () => undefined],
    ['of another cell', () => saveWeights(path, { ...key, id: 'another' }, variables)],
    ['of other weights', () => saveWeights(path, { ...key, digest: 'another' }, variables)],
    ['that is cut off', () => saveWeights(path, key, variables).then(() => truncate(path, 100))],
    ['that is empty', () => saveWeights(path, key, variables).then(() => truncate(path, 0))],
    ['with a changed bit', () => changed((file) => file.writeUInt8(file.at(-1)! ^ 1, file.length - 1))],
    ['with a changed name', () => changed((file) => file.write('n', file.indexOf('body')))],
    ['of another format', () => changed((file) => file.write('2', file.indexOf('weights-1') + 'weights-'.length))],
    ['that says another digest than that of its weights', () => saveWeights(path, key, variables.slice(1))],
    [
      'of whole numbers',
      async () => {
        await saveWeights(path, key, variables);
        const { tensors, metadata } = parseSafetensors(await readFile(path))!;
        const bits = ({ shape, values }: FileTensor): FileTensor => ({
          dtype: 'I32',
          shape,
          values: new Int32Array(values.buffer as ArrayBuffer),
        });
        const whole = new Map([...tensors].map(([name, tensor]) => [name, bits(tensor)]));
        await writeFile(path, safetensorsOf({ metadata, tensors: whole }));
      },
    ],
  ])('%s holds no weights of the cell', async (_, prepare) => {
    await prepare();
    expect(await readWeights(path, key)).toBeNull();
  });

  test('says whose weights it holds, to whoever reads safetensors', async () => {
    await saveWeights(path, key, variables);
    const { metadata, tensors } = parseSafetensors(await readFile(path))!;
    expect(metadata).toEqual({
      format: 'factorbench-weights-1',
      cell: 'dense.seed-0',
      id: 'cell',
      weights_digest: key.digest,
    });
    expect([...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      ['body.weight', 'F32', [2, 2]],
      ['norm.mean', 'F32', [3]],
    ]);
  });

  test('is of floats, which the digest is of', async () => {
    const steps = { name: 'steps', value: { dtype: 'int32', shape: [1], dataSync: () => Int32Array.of(3) } };
    await expect(saveWeights(path, key, [steps as unknown as Variable])).rejects.toThrow(
      'weights are float32, but steps is int32',
    );
  });

  test('that cannot be read is an error, not a training', async () => {
    await expect(readWeights(await temporaryFolder(), key)).rejects.toThrow('EISDIR');
  });
});
