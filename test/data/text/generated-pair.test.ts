import { expect, it, test } from 'vitest';
import { combinationClass, generatedPair, generatePairs } from '../../../harness/data/text/generated-pair.ts';
import {
  type Clause,
  type NounPhrase,
  sourceWords,
  targetWords,
} from '../../../harness/data/text/generated-pair-grammar.ts';
import { lexicon } from '../../../harness/data/text/generated-pair-lexicon.ts';
import type { GeneratedPairSpec } from '../../../harness/spec/text.ts';
import { bleu } from '../../../harness/text/bleu.ts';
import { tokenize } from '../../../harness/text/tokenizer.ts';
import { parseSource } from './generated-pair-parser.ts';

const wordsOf = (text: string) => tokenize(text, { lowerCase: false });
const train = generatePairs('train', 3000);
const valid = generatePairs('valid', 300);
const test500 = generatePairs('test', 500);
const all = [...train, ...valid, ...test500];

test('sentences of 5 to 20 words, punctuation included, all different', () => {
  const lengths = all.flatMap(({ source, target }) => [wordsOf(source).length, wordsOf(target).length]);
  expect(Math.min(...lengths)).toBeGreaterThanOrEqual(5);
  expect(Math.max(...lengths)).toBe(20);
  expect(new Set(all.map(({ source }) => source)).size).toBe(all.length);
});

it('is the same twice, and a smaller set is the beginning of a larger one', () => {
  expect(generatePairs('train', 100)).toEqual(train.slice(0, 100));
});

test('every source sentence reads in one way, which gives its translation', () => {
  for (const { source, target } of all) {
    const sentence = parseSource(wordsOf(source));
    expect(sourceWords(sentence)).toEqual(wordsOf(source));
    expect(targetWords(sentence)).toEqual(wordsOf(target));
  }
});

test('articles, nouns and adjectives agree in every translation, by the noun’s gender', () => {
  const kinds = new Map<string, { kind: 'noun' | 'adjective'; number: number }>();
  for (const ending of ['o', 'a', 'os', 'as']) {
    lexicon.target.nouns.forEach((stem, number) => void kinds.set(stem + ending, { kind: 'noun', number }));
    lexicon.target.adjectives.forEach((stem, number) => void kinds.set(stem + ending, { kind: 'adjective', number }));
  }
  let agreeing = 0;
  for (const { target } of all) {
    let ending: string | undefined;
    for (const word of wordsOf(target)) {
      const kind = kinds.get(word);
      const article = /^(?:l|un)([oa]s?)$/.exec(word)?.[1];
      if (article !== undefined) ending = article;
      else if (kind === undefined) ending = undefined;
      else {
        expect(`${target}: ${word} ${/[oa]s?$/.exec(word)![0]}`).toBe(`${target}: ${word} ${ending}`);
        if (kind.kind === 'noun') expect(ending![0]).toBe(lexicon.genders[kind.number] === 'feminine' ? 'a' : 'o');
        else agreeing++;
      }
    }
  }
  expect(agreeing).toBeGreaterThan(2000);
});

test('every verb agrees with its subject in number', () => {
  const { transitive, intransitive, reporting } = lexicon.target;
  const numbers = new Map(
    [...transitive, ...intransitive, ...reporting].flatMap((stem): [string, boolean][] => [
      [`${stem}e`, false],
      [`${stem}en`, true],
    ]),
  );
  numbers.set('ha', false).set('han', true);
  const inPhrase = (phrase: NounPhrase | undefined): boolean[] =>
    phrase?.relative === undefined ? [] : [phrase.plural, ...inPhrase(phrase.relative.object)];
  const inClause = (clause: Clause | undefined): boolean[] =>
    clause === undefined ? [] : [...inPhrase(clause.subject), clause.subject.plural, ...inPhrase(clause.object)];
  for (const { source, target } of all) {
    const { main, reported, condition } = parseSource(wordsOf(source));
    const found = wordsOf(target).flatMap((word) => numbers.get(word) ?? []);
    expect(found).toEqual([condition?.clause, main, reported].flatMap(inClause));
  }
});

test('training shows every word, and none of the combinations that test sentences hold', () => {
  const classesOf = (source: string) =>
    phrasesOf(source).flatMap(({ noun, adjectives }) =>
      adjectives.map((adjective) => combinationClass(adjective, noun)),
    );
  expect(train.flatMap(({ source }) => classesOf(source)).filter((found) => found < 2)).toEqual([]);
  expect(test500.filter(({ source }) => !classesOf(source).includes(0))).toEqual([]);
  expect(valid.filter(({ source }) => !classesOf(source).includes(1) || classesOf(source).includes(0))).toEqual([]);
  const seen = { source: new Set<string>(), target: new Set<string>() };
  for (const side of ['source', 'target'] as const) {
    for (const pair of train) for (const word of wordsOf(pair[side])) seen[side].add(word);
    const unseen = test500.flatMap((pair) => wordsOf(pair[side]).filter((word) => !seen[side].has(word)));
    expect(unseen).toEqual([]);
  }
});

test('right words in the order of the source are far from a translation', () => {
  const references = test500.map(({ target }) => target);
  const wordForWord = test500.map(({ source, target }) => inSourceOrder(wordsOf(source), wordsOf(target)).join(' '));
  expect(bleu(references, references, { lowerCase: false }).score).toBeCloseTo(100, 10);
  expect(bleu(wordForWord, references, { lowerCase: false }).score).toBeLessThan(25);
});

it('refuses numbers beyond sense', () => {
  const spec: GeneratedPairSpec = {
    name: 'generated-pair',
    lowerCase: true,
    merges: 0,
    maxWords: 50,
    maxRatio: null,
    maxTokens: 99,
    trainExamples: generatedPair.limits.train + 1,
    testExamples: 5,
  };
  expect(() => generatedPair.generate(spec)).toThrow(
    'trainExamples: 200001 sentence pairs asked for, but the generated set',
  );
  const few = generatedPair.generate({ ...spec, trainExamples: 7 });
  expect([few.train, few.test].map(({ pairs }) => pairs.length)).toEqual([7, 5]);
});

function phrasesOf(source: string): NounPhrase[] {
  const { main, reported, condition } = parseSource(wordsOf(source));
  const within = (phrase: NounPhrase | undefined): NounPhrase[] =>
    phrase === undefined ? [] : [phrase, ...within(phrase.place?.of), ...within(phrase.relative?.object)];
  return [main, reported, condition?.clause].flatMap((clause) => [
    ...within(clause?.subject),
    ...within(clause?.object),
  ]);
}

/**
 * The translation that knows each word's right form, but no order and none of the words that the target inserts: of
 * every source word the forms of its translation in `target`, an auxiliary with its participle; articles in turn.
 */
function inSourceOrder(source: readonly string[], target: readonly string[]): string[] {
  const functionWords: Readonly<Record<string, string>> = { nu: 'no', wek: 'ke', yo: 'ke' };
  const articles = target.filter((word) => /^(?:l|un)[oa]s?$/.test(word));
  const stems = Object.keys(lexicon.source).flatMap((name) => {
    const key = name as keyof typeof lexicon.source;
    return lexicon.source[key].map((stem, number): [string, string] => [stem, lexicon.target[key][number]!]);
  });
  const translations = new Map(stems);
  return source.flatMap((word) => {
    if (word === 'da' || word === 'ne') return [articles.shift()!];
    const stem = translations.get(word.replace(/(?:en|et|e)$/, ''));
    if (stem === undefined) return [functionWords[word] ?? word];
    const at = target.findIndex((candidate) => candidate.replace(/(?:os?|as?|en?|ivo)$/, '') === stem);
    return target[at]!.endsWith('ivo') ? target.slice(at - 1, at + 1) : [target[at]!];
  });
}
