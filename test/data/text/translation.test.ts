import { describe, expect, it, test } from 'vitest';
import { loadTranslation } from '../../../harness/data/text/translation.ts';
import { type TextDatasetSpec, textDatasetSchema } from '../../../harness/spec/text.ts';
import { specials, unknownId } from '../../../harness/text/vocabulary.ts';
import { temporaryFolder } from '../../run/helpers.ts';
import { failure } from '../failure.ts';
import { iwslt14Text, multi30kText, writeText } from './text-files.ts';

const shared = {
  trainExamples: null,
  testExamples: null,
  lowerCase: true,
  merges: 1000,
  maxWords: 10,
  maxRatio: 2,
  maxTokens: 60,
};
const spec: TextDatasetSpec = { name: 'multi30k', source: 'de', target: 'en', ...shared };
const iwslt: TextDatasetSpec = { ...spec, name: 'iwslt14-de-en' };
const multi30k = async (files: Readonly<Record<string, string>> = {}) =>
  writeText(await temporaryFolder(), { ...multi30kText, ...files });

it('encodes words in lower case by a vocabulary of both languages, and keeps the text as it is written', async () => {
  const data = await loadTranslation(spec, await multi30k());
  expect(data).toMatchObject({ name: 'multi30k', source: 'files' });
  expect(data.skipped).toEqual({ empty: 0, long: 0, ratio: 0, tokens: 0 });
  const { vocabulary, train, valid, test } = data;
  expect(vocabulary.symbols.slice(0, 4)).toEqual([...specials]);
  expect(train.pairs.map(({ source }) => vocabulary.decode(source).join(' '))).toEqual([
    'ein hund läuft .',
    'zwei hunde laufen .',
    'ein mann schläft .',
  ]);
  expect(vocabulary.decode(train.pairs[2]!.target)).toEqual(['a', 'man', 'sleeps', '.']);
  expect(valid.pairs.map(({ source }) => vocabulary.decode(source))).toEqual([['ein', 'hund', 'schläft', '.']]);
  expect(test.sourceTexts).toEqual(['Zwei Männer laufen.', 'Ein „Mann“ läuft.']);
  expect(test.references).toEqual(['Two men run.', 'A "man" runs.']);
  // The training text has no quotation marks.
  expect(test.pairs[1]!.source).toContain(unknownId);
  expect(
    [train, valid, test].flatMap(({ pairs }) => pairs.flatMap((pair) => [...pair.source, ...pair.target])),
  ).not.toContain(2);
});

it('is the same twice, and has another digest where the used text differs', async () => {
  const folder = await multi30k();
  const data = await loadTranslation(spec, folder);
  const again = await loadTranslation(spec, folder);
  expect({ ...again, vocabulary: null }).toEqual({ ...data, vocabulary: null });
  expect(data.digest).toMatch(/^[0-9a-f]{16}$/);
  const others = [
    await loadTranslation({ ...spec, trainExamples: 2 }, folder),
    await loadTranslation({ ...spec, testExamples: 1 }, folder),
    await loadTranslation({ ...spec, source: 'en', target: 'de' }, folder),
    await loadTranslation(spec, await multi30k({ 'val.en': 'The dog sleeps.\n' })),
  ].map(({ digest }) => digest);
  expect(new Set([data.digest, ...others]).size).toBe(5);
});

it('keeps case where it is asked to', async () => {
  const { vocabulary, train } = await loadTranslation({ ...spec, lowerCase: false }, await multi30k());
  expect(vocabulary.decode(train.pairs[0]!.target)).toEqual(['A', 'dog', 'runs', '.']);
});

it('learns the vocabulary from the used training text alone', async () => {
  const { vocabulary, train, test } = await loadTranslation(
    { ...spec, trainExamples: 1, testExamples: 1 },
    await multi30k(),
  );
  expect([train, test].map(({ pairs, references }) => [pairs.length, references.length])).toEqual([
    [1, 1],
    [1, 1],
  ]);
  expect(vocabulary.symbols.join('')).not.toContain('z');
  expect(vocabulary.decode(train.pairs[0]!.source).join(' ')).toBe('ein hund läuft .');
});

test('skips empty, long and unequal training pairs, and counts them', async () => {
  const rows = [
    ['gut', 'good'],
    ['', 'nothing'],
    ['nichts', '  '],
    ['a b c d e f g h i j k', 'a b c d e f g h i j'],
    ['a b c d e f g h i j', 'a b c d e f g h i j k'],
    ['a b c d e f g h i j', 'a b c d e f g h i j'],
    ['a b', 'a b c d'],
    ['a b', 'a b c d e'],
    ['a b c', 'a'],
    ['besser', 'better'],
  ];
  const folder = await multi30k({
    'train.de': rows.map(([de]) => `${de}\n`).join(''),
    'train.en': rows.map(([, en]) => `${en}\n`).join(''),
  });
  const data = await loadTranslation(spec, folder);
  expect(data.skipped).toEqual({ empty: 2, long: 2, ratio: 2, tokens: 0 });
  expect(data.train.sourceTexts).toEqual(['gut', 'a b c d e f g h i j', 'a b', 'besser']);
  const any = await loadTranslation({ ...spec, maxRatio: null, trainExamples: 6 }, folder);
  expect(any.skipped).toEqual({ empty: 2, long: 2, ratio: 0, tokens: 0 });
  expect(any.train.references.at(-1)).toBe('better');
  // Without merges a token is a character: `bessere` has seven, and an <eos>.
  const short = await loadTranslation(
    { ...spec, merges: 0, maxTokens: 7, maxWords: 6, maxRatio: null },
    await multi30k({
      'train.de': 'gut\nbesser\nbessere\n',
      'train.en': 'good\nbetter\nbetter\n',
      'val.de': 'gut\n',
      'val.en': 'good\n',
      'test_2016_flickr.de': 'gut\n',
      'test_2016_flickr.en': 'good\n',
    }),
  );
  expect(short.skipped).toEqual({ empty: 0, long: 0, ratio: 0, tokens: 1 });
  expect(short.train.references).toEqual(['good', 'better']);
});

test('skips nothing of validation and test text: what cannot be used is named', async () => {
  const empty = await multi30k({ 'test_2016_flickr.en': 'Two men run.\n\n' });
  expect(await failure(loadTranslation(spec, empty))).toMatch(/test_2016_flickr\.en: line 2 has no word/);
  const long = await multi30k({ 'val.de': 'Ein sehr großer Hund schläft.\n' });
  expect((await loadTranslation({ ...spec, maxWords: 4, maxRatio: 1.2 }, long)).valid.pairs).toHaveLength(1);
  expect(await failure(loadTranslation({ ...spec, maxTokens: 8 }, long))).toMatch(
    /val\.de: line 1 has \d+ tokens, more than maxTokens 8; .* raise maxTokens/,
  );
});

test('refuses validation and test text without a sentence, by name', async () => {
  for (const [part, word] of [
    ['val', 'validation'],
    ['test_2016_flickr', 'test'],
  ]) {
    const folder = await multi30k({ [`${part}.de`]: '', [`${part}.en`]: '' });
    expect(await failure(loadTranslation(spec, folder))).toContain(`multi30k: the ${word} text has no sentence`);
  }
});

test('every 23rd kept training pair is validation text where there is no other', async () => {
  const numbers = Array.from({ length: 50 }, (_, index) => `${index + 1}`);
  // The fifth is skipped, and not counted.
  const folder = await writeText(
    await temporaryFolder(),
    iwslt14Text({ de: numbers.map((n) => (n === '5' ? '' : n)), en: numbers }),
  );
  const data = await loadTranslation(iwslt, folder);
  expect(data.valid.references).toEqual(['24', '47']);
  expect(data.train.references).toEqual(numbers.filter((n) => !['5', '24', '47'].includes(n)));
  expect(data.test.references).toHaveLength(5);
  expect(data.skipped.empty).toBe(1);
});

it('asks for files that it needs, and for no more pairs than there are', async () => {
  const folder = await multi30k();
  expect(await failure(loadTranslation(spec, null))).toContain(
    'multi30k needs its files: give the folder of Multi30k (',
  );
  expect(await failure(loadTranslation(iwslt, folder))).toContain("no IWSLT'14 German-English there");
  expect(await failure(loadTranslation({ ...spec, trainExamples: 4 }, folder))).toContain(
    'trainExamples: 4 sentence pairs asked for, but multi30k has 3; ask for 3 or fewer',
  );
  expect(await failure(loadTranslation({ ...spec, testExamples: 3 }, folder))).toContain(
    'testExamples: 3 sentence pairs',
  );
  expect(await failure(loadTranslation({ ...spec, maxWords: 2 }, folder))).toContain(
    'no training pair is left of 3; raise maxWords',
  );
});

it('loads the generated pair without files', async () => {
  const data = await loadTranslation(
    { ...shared, name: 'generated-pair', trainExamples: 2000, testExamples: 50, maxWords: 20, merges: 800 },
    null,
  );
  expect(data).toMatchObject({ name: 'generated-pair', source: 'generated' });
  expect([data.train, data.valid, data.test].map(({ pairs }) => pairs.length)).toEqual([2000, 500, 50]);
  expect(data.vocabulary.symbols.length).toBeLessThan(1000);
  const { pairs, references } = data.test;
  expect(pairs.flatMap(({ source, target }) => [...source, ...target])).not.toContain(unknownId);
  expect(
    data.vocabulary
      .decode(pairs[0]!.target)
      .join(' ')
      .replace(/ ([,.?])/g, '$1'),
  ).toBe(references[0]);
});

describe('a specification', () => {
  it('names two languages, where there are files', () => {
    expect(textDatasetSchema.parse(spec)).toEqual(spec);
    expect(textDatasetSchema.safeParse({ ...spec, target: 'de' }).error?.issues[0]?.message).toContain('name two');
    expect(textDatasetSchema.safeParse({ ...spec, name: 'generated-pair' }).success).toBe(false);
    expect(textDatasetSchema.safeParse({ ...shared, name: 'multi30k' }).success).toBe(false);
    expect(textDatasetSchema.safeParse({ ...shared, name: 'generated-pair' }).success).toBe(true);
  });
});

test('sentences of the generated pair stand in for files', async () => {
  const standIn: TextDatasetSpec = {
    ...iwslt,
    standIn: true,
    trainExamples: 24,
    testExamples: 4,
    maxWords: 60,
    maxTokens: 200,
  };
  const data = await loadTranslation(standIn, null);
  expect(data).toMatchObject({ name: 'iwslt14-de-en', source: 'generated' });
  expect([data.train.pairs.length, data.test.pairs.length]).toEqual([24, 4]);
  await expect(loadTranslation(iwslt, null)).rejects.toThrow(/iwslt14-de-en needs its files/);
});
