import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kaldiFolder } from '../../../harness/data/frames/kaldi-folder.ts';
import { loadFrames } from '../../../harness/data/frames/pieces.ts';
import { cli } from '../../cli/helpers.ts';
import { temporaryFolder } from '../../run/helpers.ts';
import { failure } from '../failure.ts';
import { writeText } from '../text/text-files.ts';

const one = 'one  [\n  1 -2.5\n  3e0 4 ]\n';
/** As `copy-feats` and `copy-int-vector` write text; a `]` may stand on a line of its own. */
const files = {
  'train.feats.txt': `${one}two  [\n  5 6\n  7 8\n  -1 0.5\n]\n`,
  'train.labels.txt': 'one 3 3 \ntwo 0 1 1 \n',
  'valid.feats.txt': one,
  'valid.labels.txt': 'one 0 4\n',
  'test.feats.txt': one,
  'test.labels.txt': 'one 0 1',
};
const spec = { name: 'kaldi', frames: 2, blank: null } as const;

const written = async (changed: Readonly<Record<string, string | Uint8Array>> = {}) =>
  writeText(join(await temporaryFolder(), 'mine'), { ...files, ...changed });

it('is found where its files are, and in a folder of its name', async () => {
  const folder = await written();
  expect(await kaldiFolder.find(folder)).toBe(folder);
  const dir = await temporaryFolder();
  expect(await kaldiFolder.find(dir)).toBeNull();
  const named = await writeText(join(dir, 'kaldi'), files);
  expect(await kaldiFolder.find(dir)).toBe(named);
});

it('has matrices and labels, in the order of the features', async () => {
  const { parts } = await kaldiFolder.open(await written());
  expect([parts.dimension, parts.classes]).toEqual([2, 5]);
  const [first, second] = parts.utterances.train;
  expect([first!.name, [...first!.features], [...first!.labels]]).toEqual(['one', [1, -2.5, 3, 4], [3, 3]]);
  expect([second!.name, [...second!.features], [...second!.labels]]).toEqual(['two', [5, 6, 7, 8, -1, 0.5], [0, 1, 1]]);
});

it('is cut into pieces, with features of mean 0 and variance 1 over the training frames', async () => {
  const { pieces, dimension, digest } = await loadFrames(spec, await written());
  expect(pieces.train.map(({ utterance, labels }) => [utterance, ...labels])).toEqual([
    [0, 3, 3],
    [1, 0, 1],
    [1, 1],
  ]);
  const rows = pieces.train.flatMap(({ features }) => [...features]);
  for (const feature of [0, 1]) {
    const column = rows.filter((_, at) => at % dimension === feature);
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length;
    expect(mean).toBeCloseTo(0, 6);
    expect(variance).toBeCloseTo(1, 6);
  }
  // Those of training: (1 − 3)/√8.
  expect(pieces.test[0]!.features[0]).toBeCloseTo(-2 / Math.sqrt(8), 6);
  const other = await loadFrames(spec, await written({ 'test.labels.txt': 'one 0 0' }));
  expect(other.digest).not.toBe(digest);
});

describe('what is wrong is named with file, line and remedy', () => {
  const binary = Buffer.concat([Buffer.from('one \0BFM '), Buffer.from([4, 2, 0, 0, 0, 0xff, 0xfe])]);
  it.each<[string, Record<string, string | Uint8Array>, RegExp]>([
    [
      'a binary archive',
      { 'train.feats.txt': binary },
      /train\.feats\.txt: line 1 is binary.*copy-feats ark:FILE ark,t:TEXT/,
    ],
    [
      'a binary archive of labels',
      { 'test.labels.txt': Buffer.from('one \0B') },
      /test\.labels\.txt: line 1 is binary.*copy-int-vector/,
    ],
    [
      'fewer labels than frames',
      { 'train.labels.txt': 'one 3 3\ntwo 0 1' },
      /train\.labels\.txt: line 2 has 2 labels of utterance 'two', which has 3 frames \(.*train\.feats\.txt: line 4\); write a label a frame/,
    ],
    [
      'labels of an unknown utterance',
      { 'valid.labels.txt': 'one 0 4\nzoe 1 1' },
      /valid\.labels\.txt: line 2 labels utterance 'zoe', which .*valid\.feats\.txt has not; remove the line/,
    ],
    [
      'an utterance without labels',
      { 'train.labels.txt': 'one 3 3' },
      /train\.feats\.txt: line 4 has utterance 'two', which .*train\.labels\.txt has no labels of; add them, or remove it/,
    ],
    [
      'frames of unequal features',
      { 'train.feats.txt': 'one [\n 1 2\n 3 ]\n' },
      /train\.feats\.txt: line 3 has 1 features, and the frames of utterance 'one' before it 2; give all frames as many/,
    ],
    [
      'utterances of unequal features',
      { 'test.feats.txt': 'one [\n 1\n 3 ]\n' },
      /test\.feats\.txt: line 1 has 1 features a frame, and training 2; give all frames as many/,
    ],
    [
      'no number',
      { 'test.feats.txt': 'one [\n 1 nan\n 3 4 ]' },
      /test\.feats\.txt: line 2 has 'nan', which is no finite number/,
    ],
    [
      'no label',
      { 'test.labels.txt': 'one 0 -1' },
      /test\.labels\.txt: line 1 has '-1', which is no label; write whole/,
    ],
    [
      'no bracket',
      { 'test.feats.txt': 'one 1 2\n' },
      /test\.feats\.txt: line 1 has no '\[' behind the utterance's name/,
    ],
    [
      'no end',
      { 'test.feats.txt': 'one [\n 1 2\n 3 4\n' },
      /test\.feats\.txt: line 1 begins 'one', which no '\]' ends; complete/,
    ],
    [
      'an utterance twice',
      { 'test.feats.txt': one + one },
      /test\.feats\.txt: line 4 has utterance 'one' again; remove/,
    ],
    [
      'no utterance',
      { 'valid.feats.txt': '', 'valid.labels.txt': '' },
      /valid\.feats\.txt has no utterance; write one/,
    ],
  ])('%s', async (_, changed, message) => {
    expect(await failure(kaldiFolder.open(await written(changed)))).toMatch(message);
  });

  it('a folder without one of the files', async () => {
    const folder = await writeText(join(await temporaryFolder(), 'kaldi'), { 'train.feats.txt': one });
    expect(await failure(kaldiFolder.open(folder))).toMatch(/holds no train\.labels\.txt, valid\.feats\.txt/);
  });

  it('a part without phones', async () => {
    const folder = await written({ 'test.labels.txt': 'one 3 3' });
    expect(await failure(loadFrames({ ...spec, blank: 3 }, folder))).toMatch(
      /all labels of test are 3, which dataset\.blank says is no phone; set it to another label or null/,
    );
  });

  it('on the command line, with exit code 2', async () => {
    const folder = await written({ 'train.feats.txt': binary });
    const { exitCode, stderr } = await cli(['plan', 'twin-regularization', '--data', folder]);
    expect(stderr).toMatch(/train\.feats\.txt: line 1 is binary/);
    expect(exitCode).toBe(2);
  });
});

it('says that nothing can be downloaded', async () => {
  expect(await failure(kaldiFolder.fetch(await temporaryFolder()))).toMatch(
    /nothing can be downloaded; name their folder/,
  );
});
