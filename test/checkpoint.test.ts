import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { restoreCheckpoint, saveCheckpoint } from '../harness/checkpoint.ts';
import { tf } from '../harness/engine/tensorflow.ts';
import { type Variable, variableOf } from '../harness/engine/variable.ts';
import './helpers/engine.ts';
import { fixturePoint } from './helpers/records.ts';

const key = { id: 'cell', computation: { data: 'd', device: 'cpu', threads: 1 } };
const curve = [fixturePoint(1), { ...fixturePoint(2, { test_loss: null }), train_seconds: 4.5 }];
const numbers = { a: [1, -0, 1e-40, 3.4e38], b: [0.1, Math.PI] };

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'factorbench-checkpoint-'));
  path = join(folder, 'deeper', 'cell.ckpt');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const saved = () => [
  variableOf('a', 'weight', Float32Array.from(numbers.a), [2, 2]),
  variableOf('b', 'statistic', Float32Array.from(numbers.b), [2]),
];
const blank = () => [
  variableOf('a', 'weight', new Float32Array(4), [2, 2]),
  variableOf('b', 'statistic', new Float32Array(2), [2]),
];
/** The file starts with a SHA-256, then the header's length; the header begins behind both. */
const headerStart = 36;
const headerEndOf = (file: Buffer) => headerStart + file.readUInt32LE(32);
const signed = (content: Buffer) => Buffer.concat([createHash('sha256').update(content).digest(), content]);
const contents = (variables: readonly Variable[]) => variables.map(({ value }) => [...value.dataSync()]);

async function expectRefused(reason: RegExp, variables = blank(), asked = key): Promise<void> {
  const before = contents(variables);
  const restored = await restoreCheckpoint(path, asked, variables);
  expect(restored).toEqual({ state: 'refused', reason: expect.stringMatching(reason) });
  expect(contents(variables)).toEqual(before);
}

describe('a checkpoint', () => {
  test('restores every bit of the variables, and the curve', async () => {
    await saveCheckpoint(path, key, curve, saved());
    const variables = blank();
    const before = tf.memory().numTensors;
    expect(await restoreCheckpoint(path, key, variables)).toEqual({ state: 'restored', curve });
    expect(contents(variables)).toEqual([numbers.a.map(Math.fround), numbers.b.map(Math.fround)]);
    expect(Object.is(contents(variables)[0]![1], -0)).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('is replaced by the next one, and leaves no other file', async () => {
    await saveCheckpoint(path, key, curve.slice(0, 1), blank());
    await saveCheckpoint(path, key, curve, saved());
    const variables = blank();
    await restoreCheckpoint(path, key, variables);
    expect(contents(variables)).toEqual(contents(saved()));
    expect(await readdir(join(folder, 'deeper'))).toEqual(['cell.ckpt']);
  });

  test('that is not there is absent', async () => {
    const variables = blank();
    expect(await restoreCheckpoint(path, key, variables)).toEqual({ state: 'absent' });
    expect(contents(variables)).toEqual(contents(blank()));
  });

  test('that cannot be read is an error, not a new start', async () => {
    await expect(restoreCheckpoint(folder, key, blank())).rejects.toThrow(/EISDIR/);
  });
});

describe('a checkpoint is refused, and the variables stay,', () => {
  beforeEach(() => saveCheckpoint(path, key, curve, saved()));

  test('where it is cut off anywhere', async () => {
    const whole = await readFile(path);
    const headerEnd = headerEndOf(whole);
    for (const length of [0, 3, 32, 34, 36, 50, headerEnd - 1, headerEnd, headerEnd + 1, whole.length - 1]) {
      await writeFile(path, whole.subarray(0, length));
      await expectRefused(/damaged/);
    }
  });

  test('where it is longer', async () => {
    await writeFile(path, Buffer.concat([await readFile(path), Buffer.of(0)]));
    await expectRefused(/damaged/);
  });

  test('where one bit of the values differs, any of them', async () => {
    const whole = await readFile(path);
    const start = headerEndOf(whole);
    for (let at = start; at < whole.length; at++) {
      const corrupt = Buffer.from(whole);
      corrupt[at]! ^= 1;
      await writeFile(path, corrupt);
      await expectRefused(/damaged/);
    }
  });

  test('where one bit of the header differs', async () => {
    const whole = await readFile(path);
    const end = headerEndOf(whole);
    const accepted: string[] = [];
    // Every fifth byte tells as much as all of them.
    for (let at = 0; at < end; at += 5) {
      const corrupt = Buffer.from(whole);
      corrupt[at]! ^= 1;
      await writeFile(path, corrupt);
      const { state } = await restoreCheckpoint(path, key, blank());
      if (state !== 'refused') accepted.push(`byte ${at}`);
    }
    expect(accepted).toEqual([]);
  });

  test('where the header length is absurd', async () => {
    const corrupt = await readFile(path);
    corrupt.writeUInt32LE(0xffff_ffff, 32);
    await writeFile(path, corrupt);
    await expectRefused(/damaged/);
  });

  test.each([
    ['has another version', (text: string) => text.replace('"version":3', '"version":2')],
    ['lacks the curve', (text: string) => text.replace('"curve"', '"curves"')],
  ])('where the header %s', async (_what, change) => {
    const whole = await readFile(path);
    const end = headerEndOf(whole);
    const header = Buffer.from(change(whole.toString('utf8', headerStart, end)));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(header.length);
    await writeFile(path, signed(Buffer.concat([length, header, whole.subarray(end)])));
    await expectRefused(/damaged/);
  });

  test('where it is of another cell', async () => {
    await expectRefused(/another configuration/, blank(), { ...key, id: 'other' });
  });

  test.each([
    [
      { data: 'e' },
      /^cell\.ckpt was made with another data set \(other images, or other text and so another vocabulary\); trained/,
    ],
    [{ device: 'gpu', threads: 2 }, /^cell\.ckpt was made with another device, number of threads; trained/],
    [{ program: 'p' }, /another program;/],
  ])('where %o was other when it was made', async (other, reason) => {
    await expectRefused(reason, blank(), { ...key, computation: { ...key.computation, ...other } });
  });

  test.each([
    ['another name', [variableOf('c', 'weight', new Float32Array(4), [2, 2]), blank()[1]!]],
    ['another shape of the same size', [variableOf('a', 'weight', new Float32Array(4), [4]), blank()[1]!]],
    ['another order', blank().reverse()],
    ['fewer variables', blank().slice(0, 1)],
    ['more variables', [...blank(), variableOf('c', 'weight', new Float32Array(1), [1])]],
  ])('where it meets %s', async (_what, variables) => {
    await expectRefused(/other variables/, variables);
  });
});

test('the file is a SHA-256, then what it is of: the length of the header, the header, the values', async () => {
  await saveCheckpoint(path, key, curve, saved());
  const file = await readFile(path);
  const end = headerEndOf(file);
  const header = JSON.parse(file.toString('utf8', headerStart, end));
  const values = file.subarray(end);
  expect(header).toMatchObject({
    version: 3,
    ...key,
    variables: [
      { name: 'a', shape: [2, 2] },
      { name: 'b', shape: [2] },
    ],
  });
  expect(values.length).toBe(24);
  expect([0, 4, 8, 12, 16, 20].map((at) => values.readFloatLE(at))).toEqual(
    [...numbers.a, ...numbers.b].map(Math.fround),
  );
  expect(signed(file.subarray(32))).toEqual(file);
});
