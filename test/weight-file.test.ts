import { createHash } from 'node:crypto';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { variableOf } from '../harness/engine/variable.ts';
import { readWeights, saveWeights } from '../harness/weight-file.ts';
import './helpers/engine.ts';
import { temporaryFolder } from './run/helpers.ts';

const key = { id: 'cell', digest: 'of its weights' };
const variables = [
  variableOf('body.weight', 'weight', Float32Array.of(1, -0, 1e-40, 3.4e38), [2, 2]),
  variableOf('norm.mean', 'statistic', Float32Array.of(0.1, Math.PI, -3), [3]),
];

let path: string;
beforeEach(async () => {
  path = join(await temporaryFolder(), 'weights', 'cell.weights');
});

describe('a file of weights', () => {
  test('gives them back by name, bit for bit, and lies there alone', async () => {
    await saveWeights(path, key, variables);
    const weights = await readWeights(path, key);
    expect([...weights!]).toEqual([
      ['body.weight', { shape: [2, 2], values: Float32Array.of(1, -0, 1e-40, 3.4e38) }],
      ['norm.mean', { shape: [3], values: Float32Array.of(0.1, Math.PI, -3) }],
    ]);
    expect(Object.is(weights!.get('body.weight')!.values[1], -0)).toBe(true);
    expect(await readdir(join(path, '..'))).toEqual(['cell.weights']);
  });

  test('is replaced whole', async () => {
    await saveWeights(path, { ...key, digest: 'before' }, variables.slice(1));
    await saveWeights(path, key, variables);
    expect([...(await readWeights(path, key))!.keys()]).toEqual(['body.weight', 'norm.mean']);
    expect(await readWeights(path, { ...key, digest: 'before' })).toBeNull();
  });

  test.each<[string, () => Promise<unknown>]>([
    ['that is not there', async () => undefined],
    ['of another cell', () => saveWeights(path, { ...key, id: 'another' }, variables)],
    ['of other weights', () => saveWeights(path, { ...key, digest: 'another' }, variables)],
    ['that is cut off', () => saveWeights(path, key, variables).then(() => truncate(path, 100))],
    ['that is empty', () => saveWeights(path, key, variables).then(() => truncate(path, 0))],
    [
      'with a changed bit',
      async () => {
        await saveWeights(path, key, variables);
        const file = await readFile(path);
        file[file.length - 1]! ^= 1;
        await writeFile(path, file);
      },
    ],
    [
      'of another version',
      async () => {
        const text = Buffer.from(JSON.stringify({ version: 2, ...key, variables: [] }));
        const length = Buffer.alloc(4);
        length.writeUInt32LE(text.length);
        const content = Buffer.concat([length, text]);
        await saveWeights(path, key, []);
        await writeFile(path, Buffer.concat([createHash('sha256').update(content).digest(), content]));
      },
    ],
  ])('%s holds no weights of the cell', async (_, prepare) => {
    await prepare();
    expect(await readWeights(path, key)).toBeNull();
  });

  test('that cannot be read is an error, not a training', async () => {
    await expect(readWeights(await temporaryFolder(), key)).rejects.toThrow('EISDIR');
  });
});
