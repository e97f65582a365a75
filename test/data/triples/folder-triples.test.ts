import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderTriples } from '../../../harness/data/triples/folder-triples.ts';
import { loadKnowledge } from '../../../harness/data/triples/knowledge.ts';
import type { TriplesDatasetSpec } from '../../../harness/spec/gaussian-attention.ts';
import { cli } from '../../cli/helpers.ts';
import { temporaryFolder } from '../../run/helpers.ts';
import { failure } from '../failure.ts';
import { writeText } from '../text/text-files.ts';

const line = (...fields: string[]) => `${fields.join('\t')}\n`;
/** Three people in two towns of one country. */
const files = {
  'train.txt': [
    line('ann', 'lives_in', 'bonn'),
    line('bob', 'lives_in', 'kiel'),
    line('bonn', 'part_of', 'germany'),
    line('kiel', 'part_of', 'germany'),
    line('eve', 'knows', 'ann'),
  ].join(''),
  'valid.txt': line('bob', 'knows', 'ann'),
  'test.txt': line('eve', 'lives_in', 'bonn'),
};
const spec = { name: 'triples', unseen: 'refused', validationQuestions: 50, testQuestions: 50 } as const;

const written = async (changed: Readonly<Record<string, string | Uint8Array>> = {}) =>
  writeText(join(await temporaryFolder(), 'mine'), { ...files, ...changed });
const read = async (folder: string, own: TriplesDatasetSpec = spec) => loadKnowledge(own, folder);

it('is found where its three files are, and in a folder of its name', async () => {
  const folder = await written();
  expect(await folderTriples.find(folder)).toBe(folder);
  const dir = await temporaryFolder();
  expect(await folderTriples.find(dir)).toBeNull();
  const named = await writeText(join(dir, 'triples'), files);
  expect(await folderTriples.find(dir)).toBe(named);
});

it('numbers names in the order of the lines, with inverses behind the relations', async () => {
  const { parts } = await folderTriples.open(await written());
  expect(parts.entities).toEqual(['ann', 'bonn', 'bob', 'kiel', 'germany', 'eve']);
  expect(parts.relations).toEqual(['lives_in', 'part_of', 'knows']);
  expect(parts.triples.test).toEqual([{ subject: 5, relation: 0, object: 1 }]);
  const knowledge = await read(await written());
  expect(knowledge.facts.edges).toHaveLength(10);
  // Germany, by the inverse of part_of.
  expect(knowledge.facts.objects(4, 1 + 3)).toEqual([1, 3]);
});

it('asks test triples either way round, and filters the answers that any part gives', async () => {
  const { test, validation } = await read(await written());
  expect(test.single).toEqual([
    { branches: [{ start: 5, path: [0] }], answers: [1], asked: [1] },
    // Who lives in Bonn: Ann is known by training, and only Eve is asked.
    { branches: [{ start: 1, path: [3] }], answers: [0, 5], asked: [5] },
  ]);
  expect(validation.single.map(({ asked }) => asked)).toEqual([[0], [2]]);
  for (const { branches, answers, asked } of [...test.path, ...test.conjunction]) {
    expect(asked).toHaveLength(1);
    expect(answers).toContain(asked[0]);
    expect(branches.flatMap(({ path }) => path)).toHaveLength(2);
  }
});

it('takes lines that end as on Windows, and a file without a last line end', async () => {
  const folder = await written({ 'test.txt': 'eve\tlives_in\tbonn\r\nbob\tlives_in\tbonn' });
  expect((await folderTriples.open(folder)).parts.triples.test).toHaveLength(2);
});

describe('what is wrong is named with file, line and remedy', () => {
  it.each([
    [
      'a missing tab',
      { 'valid.txt': 'bob\tknows ann\n' },
      /valid\.txt: line 1 has 1 tab; write subject, relation and /,
    ],
    ['no tab at all', { 'train.txt': `${files['train.txt']}ann\n` }, /train\.txt: line 6 has no tab; write subject/],
    ['an empty field', { 'valid.txt': '\tlikes\tbob\n' }, /valid\.txt: line 1 has an empty field; write subject/],
    ['a field too many', { 'test.txt': line('a', 'b', 'c', 'd') }, /test\.txt: line 1 has 3 tabs; write subject/],
    ['an empty field', { 'test.txt': line('a', '', 'c') }, /test\.txt: line 1 has an empty field; write subject/],
    [
      'text that is not UTF-8',
      { 'valid.txt': Buffer.concat([Buffer.from(files['valid.txt']), Buffer.from([0xe4, 0x09, 0xff])]) },
      /valid\.txt: line 2 \(byte offset 14\) is not UTF-8; convert the file to UTF-8/,
    ],
    [
      'a relation that is not trained',
      { 'test.txt': line('eve', 'hates', 'bonn') },
      /test\.txt: line 1: relation 'hates' is in no training triple.*; remove the line, or add triples/,
    ],
    ['an empty file', { 'valid.txt': '' }, /valid\.txt has no triple; write one a line/],
  ])('%s', async (_, changed, message) => {
    const folder = await written(changed);
    expect(await failure(folderTriples.open(folder))).toMatch(message);
    const { exitCode, stderr } = await cli(['plan', 'gaussian-attention', '--data', folder]);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });

  it('an entity that is not trained, unless it is to be kept', async () => {
    const folder = await written({ 'test.txt': `${files['test.txt']}${line('zoe', 'lives_in', 'rome')}` });
    expect(await failure(read(folder))).toMatch(
      /test\.txt: line 2: entity 'zoe' is in no training triple \(2 such\).*--set dataset\.unseen=kept/,
    );
    const { warnings, entities } = await read(folder, { ...spec, unseen: 'kept' });
    expect(entities).toBe(8);
    expect(warnings).toEqual([
      expect.stringMatching(/test\.txt: line 2: entity 'zoe' is in no training triple \(2 such\)/),
    ]);
  });

  it('a folder without one of the files', async () => {
    const dir = await temporaryFolder();
    const folder = await writeText(join(dir, 'triples'), { 'train.txt': files['train.txt'] });
    expect(await failure(folderTriples.open(folder))).toMatch(/holds no valid\.txt, test\.txt; name a folder with/);
  });
});

it('says that nothing can be downloaded', async () => {
  expect(await failure(folderTriples.fetch(await temporaryFolder()))).toMatch(
    /nothing can be downloaded; name their folder/,
  );
});
