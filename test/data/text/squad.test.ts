import { describe, expect, it } from 'vitest';
import { loadQuestions } from '../../../harness/data/text/question-data.ts';
import { squad, squadFrom } from '../../../harness/data/text/squad.ts';
import type { QuestionDatasetSpec } from '../../../harness/spec/text.ts';
import { temporaryFolder } from '../../run/helpers.ts';
import { failure } from '../failure.ts';
import { writeText } from './text-files.ts';

const context = '𝒳 was born in Rome in 1874.';
/** In code points: the first character of the context is two UTF-16 code units. */
const rome = 14;

interface Shape {
  context?: unknown;
  id?: unknown;
  answers?: unknown;
}

const jsonOf = (own: Shape = {}) =>
  JSON.stringify({
    version: '1.1',
    data: [
      {
        title: 'X',
        paragraphs: [
          {
            context: own.context ?? context,
            qas: [
              {
                id: own.id ?? 'q1',
                question: 'Where was 𝒳 born?',
                answers: own.answers ?? [
                  { text: 'Rome', answer_start: rome },
                  { text: 'in Rome', answer_start: rome - 3 },
                ],
              },
            ],
          },
        ],
      },
    ],
  });

const folderOf = async (train: string | Uint8Array, test: string | Uint8Array = jsonOf()) =>
  writeText(await temporaryFolder(), { 'train-v1.1.json': train, 'dev-v1.1.json': test });
const refusal = async (train: string | Uint8Array) => failure(squad.open(await folderOf(train)));

it('reads questions and answers, which stand where they are said to, counted in code points', async () => {
  const { parts } = await squad.open(await folderOf(jsonOf()));
  expect(parts.train).toEqual([
    {
      id: 'q1',
      passage: context,
      question: 'Where was 𝒳 born?',
      answers: [
        { text: 'Rome', start: rome + 1 },
        { text: 'in Rome', start: rome - 2 },
      ],
    },
  ]);
  for (const { text, start } of parts.test[0]!.answers) expect(context.startsWith(text, start)).toBe(true);
});

describe('refuses, with file, place and remedy,', () => {
  it.each<[string, string, RegExp]>([
    [
      'an answer that does not stand where it is said to',
      jsonOf({ answers: [{ text: 'Rome', answer_start: rome + 1 }] }),
      /train-v1\.1\.json: data\[0\]\.paragraphs\[0\]\.qas\[0\]\.answers\[0\] \(question q1\) says that "Rome" begins at character 15 of its context, where it does not stand; mend its 'answer_start', which counts code points from 0/,
    ],
    [
      'an offset beyond the context',
      jsonOf({ answers: [{ text: 'Rome', answer_start: 99 }] }),
      /begins at character 99/,
    ],
    [
      'an offset that is no number',
      jsonOf({ answers: [{ text: 'Rome', answer_start: '14' }] }),
      /begins at character "14"/,
    ],
    ['a question without answers', jsonOf({ answers: [] }), /qas\[0\] \(question q1\) has no answer; give SQuAD 1\.1/],
    ['a context that is no text', jsonOf({ context: 5 }), /data\[0\]\.paragraphs\[0\]\.context is no text/],
    ['a missing field', '{"data":[{}]}', /data\[0\] has no 'paragraphs'; give the file as it is published/],
    ['a list that is none', '{"data":{}}', /train-v1\.1\.json: data is no list/],
    ['no object', '[]', /train-v1\.1\.json: is no object/],
    ['nothing', '{"data":[]}', /train-v1\.1\.json: has no questions/],
    ['what is no JSON', '{"data":', /train-v1\.1\.json is not JSON \(/],
  ])('%s', async (_, json, message) => {
    expect(await refusal(json)).toMatch(message);
  });

  it('what is not UTF-8', async () => {
    const latin1 = Buffer.from(jsonOf({ context: 'Röme', answers: [{ text: 'R', answer_start: 0 }] }), 'latin1');
    const place = `line 1 (byte offset ${latin1.indexOf(0xf6)})`;
    expect(await refusal(latin1)).toContain(`train-v1.1.json: ${place} is not UTF-8`);
  });

  it('a folder without one of the files', async () => {
    const dir = await writeText(await temporaryFolder(), { 'train-v1.1.json': jsonOf() });
    expect(await squad.find(dir)).toBe(dir);
    expect(await failure(squad.open(dir))).toContain('holds no dev-v1.1.json');
  });
});

const spec: QuestionDatasetSpec = {
  name: 'squad',
  trainExamples: null,
  testExamples: 1,
  length: 32,
  stride: 8,
  questionTokens: 12,
  answerTokens: 8,
};

it('gives a cell the first questions, and a digest of them', async () => {
  const dataDir = await folderOf(jsonOf());
  const data = await loadQuestions(spec, dataDir);
  expect([data.source, data.train.length, data.test.length]).toEqual(['files', 1, 1]);
  const other = await loadQuestions(spec, await folderOf(jsonOf({ id: 'q2' })));
  expect(other.digest).not.toBe(data.digest);
  expect(await failure(loadQuestions({ ...spec, trainExamples: 2 }, dataDir))).toContain(
    'trainExamples: 2 questions asked for, but squad has 1; ask for 1 or fewer',
  );
});

it('is fetched as it is published', async () => {
  expect(squadFrom([]).downloads).toEqual([]);
  expect(squad.downloads.map(({ url }) => url)).toEqual([
    'https://rajpurkar.github.io/SQuAD-explorer/dataset/train-v1.1.json',
    'https://rajpurkar.github.io/SQuAD-explorer/dataset/dev-v1.1.json',
  ]);
});
