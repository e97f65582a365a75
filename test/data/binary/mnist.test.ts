import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadBinaryExamples } from '../../../harness/data/binary/binary-examples.ts';
import { mnist, mnistFrom } from '../../../harness/data/binary/mnist.ts';
import { cli } from '../../cli/helpers.ts';
import { temporaryFolder } from '../../run/helpers.ts';
import { failure } from '../failure.ts';

const pixels = 28 * 28;
const train = 'train-images-idx3-ubyte';
const test = 't10k-images-idx3-ubyte';

interface Header {
  magic?: number;
  count?: number;
  rows?: number;
  columns?: number;
}

/** A file of images, each of one brightness. */
function idx(brightness: readonly number[], header: Header = {}): Buffer {
  const { magic = 0x803, count = brightness.length, rows = 28, columns = 28 } = header;
  const head = Buffer.alloc(16);
  [magic, count, rows, columns].forEach((value, index) => void head.writeUInt32BE(value, 4 * index));
  return Buffer.concat([head, ...brightness.map((value) => Buffer.alloc(pixels, value))]);
}

const whole = { [train]: idx([0, 255, 128, 255, 0]), [test]: idx([255, 0]) };

async function folderOf(files: Readonly<Record<string, Buffer>> = whole): Promise<string> {
  const folder = join(await temporaryFolder(), 'mnist');
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

const spec = { name: 'mnist', trainExamples: 3, validationExamples: 2, testExamples: 2 } as const;

describe('images in IDX files', () => {
  it('are read packed or not, to the same bytes, and found by their names', async () => {
    const packed = { [`${train}.gz`]: gzipSync(whole[train]!), [`${test}.gz`]: gzipSync(whole[test]!) };
    const [one, two] = [await folderOf(), await folderOf(packed)];
    expect(await mnist.find(one)).toBe(one);
    expect(await mnist.find(join(one, '..'))).toBe(one);
    const [left, right] = [await mnist.open(one), await mnist.open(two)];
    expect(left.parts.train).toMatchObject({ count: 5, pixels });
    expect([...left.parts.train.bytes.subarray(0, pixels + 1)]).toEqual([...new Array(pixels).fill(0), 255]);
    for (const part of ['train', 'test'] as const) {
      expect(Buffer.compare(left.parts[part].bytes, right.parts[part].bytes)).toBe(0);
    }
  });

  it('become bits that are 1 with the probability of their brightness, the same ones each time', async () => {
    const folder = await folderOf();
    const examples = await loadBinaryExamples(spec, folder);
    const share = (values: Uint8Array, row: number) =>
      values.subarray(row * pixels, (row + 1) * pixels).reduce((sum, value) => sum + value, 0) / pixels;
    expect([0, 1].map((row) => share(examples.train.values, row))).toEqual([0, 1]);
    const gray = share(examples.train.values, 2);
    expect(Math.abs(gray - 128 / 255)).toBeLessThan(4 * Math.sqrt(0.25 / pixels));
    // The last training images are held out.
    expect([0, 1].map((row) => share(examples.validation.values, row))).toEqual([1, 0]);
    expect([0, 1].map((row) => share(examples.test.values, row))).toEqual([1, 0]);
    expect((await loadBinaryExamples(spec, folder)).digest).toBe(examples.digest);
    const fewer = await loadBinaryExamples({ ...spec, trainExamples: 2 }, folder);
    expect(fewer.digest).not.toBe(examples.digest);
  });

  it('are refused where there are fewer than asked for', async () => {
    const folder = await folderOf();
    expect(await failure(loadBinaryExamples({ ...spec, trainExamples: 4 }, folder))).toBe(
      'MNIST: there are 5 training images, not 6; lower dataset.trainExamples or dataset.validationExamples',
    );
    expect(await failure(loadBinaryExamples({ ...spec, testExamples: 3 }, folder))).toBe(
      'MNIST: there are 2 test images, not 3; lower dataset.testExamples',
    );
  });
});

describe('what is wrong is named with file, place and remedy', () => {
  const remedy =
    /; fetch its files again \(http:\/\/yann\.lecun\.com\/exdb\/mnist\), and name their folder with --data/;

  it.each<[string, Readonly<Record<string, Buffer>>, RegExp]>([
    [
      'another magic number',
      { ...whole, [train]: idx([1], { magic: 0x801 }) },
      /train-images-idx3-ubyte has magic 0x00000801 at byte 0, not 0x00000803 of images/,
    ],
    [
      'another size',
      { ...whole, [train]: idx([1], { rows: 32 }) },
      /train-images-idx3-ubyte says at byte 8 that images are 32 x 28, not 28 x 28/,
    ],
    ['no images', { ...whole, [test]: idx([]) }, /t10k-images-idx3-ubyte says at byte 4 that it has no images/],
    [
      'a file that ends early',
      { ...whole, [test]: idx([1, 2]).subarray(0, 1000) },
      /t10k-images-idx3-ubyte has 1000 bytes, but 2 images, as byte 4 says, make 1584/,
    ],
    [
      'a file that goes on',
      { ...whole, [test]: Buffer.concat([idx([1]), Buffer.from([0])]) },
      /has 801 bytes, but 1 images, as byte 4 says, make 800/,
    ],
    ['half a header', { ...whole, [train]: idx([1]).subarray(0, 9) }, /ends at byte 9, within its header of 16 bytes/],
    [
      'a packed file without .gz',
      { ...whole, [train]: gzipSync(whole[train]!) },
      /is packed by gzip.*: add \.gz to it/,
    ],
    [
      'an unpacked file with .gz',
      { [`${train}.gz`]: whole[train]!, [test]: whole[test]! },
      /train-images-idx3-ubyte\.gz is not packed by gzip, as its name says: remove \.gz from it/,
    ],
    [
      'a packed file that ends early',
      { [train]: whole[train]!, [`${test}.gz`]: gzipSync(whole[test]!).subarray(0, 20) },
      /t10k-images-idx3-ubyte\.gz cannot be unpacked \(unexpected end of file\)/,
    ],
    [
      'a missing file',
      { [train]: whole[train]! },
      /mnist holds no t10k-images-idx3-ubyte or t10k-images-idx3-ubyte\.gz/,
    ],
  ])('%s', async (_, files, message) => {
    const found = await failure(mnist.open(await folderOf(files)));
    expect(found).toMatch(/^MNIST: /);
    expect(found).toMatch(message);
    expect(found).toMatch(remedy);
  });

  it('and ends a command with 2', async () => {
    const folder = await folderOf({ ...whole, [train]: idx([1], { magic: 0x801 }) });
    const asked = ['suite', 'amortized-inference', '--profile', 'paper', '--only', '*mnist.seed-0', '--data', folder];
    const { exitCode, stderr } = await cli([...asked, '--out', join(await temporaryFolder(), 'out')]);
    expect(stderr).toMatch(/train-images-idx3-ubyte has magic 0x00000801 at byte 0/);
    expect(exitCode).toBe(2);
  });
});

it('is published by its author, with sizes and checksums', () => {
  for (const { url, bytes, md5 } of mnist.downloads) {
    expect(url).toMatch(/^http:\/\/yann\.lecun\.com\/exdb\/mnist\/(train|t10k)-images-idx3-ubyte\.gz$/);
    expect(bytes).toBeGreaterThan(1e6);
    expect(md5).toMatch(/^[0-9a-f]{32}$/);
  }
});

it('takes what is there, and downloads nothing then', async () => {
  const folder = await folderOf();
  expect(await mnistFrom([]).fetch(join(folder, '..'))).toBe(folder);
});
