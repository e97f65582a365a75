import { UsageError } from '../../errors.ts';
import { streamsOf, type Uniform } from '../../random.ts';
import {
  type Clause,
  type NounPhrase,
  type Sentence,
  sourceWords,
  targetWords,
  type VerbClass,
} from './generated-pair-grammar.ts';
import { type WordClass, wordCounts } from './generated-pair-lexicon.ts';
import type { GeneratedText } from './text-dataset.ts';
import type { TextPair, TextPairs, TextPart } from './text-pair.ts';

/**
 * Sentences of the generated language pair: a data set of sentence pairs that needs no files, for smoke runs and tests.
 *
 * Every adjective and noun that stand together are a combination of one of eight classes. Training sentences have none
 * of the first two. A validation sentence has one at least of the second, a test sentence of the first: so the parts
 * hold no sentence in common, whatever their sizes, and the held-out ones are about combinations that training never
 * shows.
 */
export const generatedPair: GeneratedText<'generated-pair'> = {
  name: 'generated-pair',
  title: 'generated language pair',
  sort: 'text-pairs',
  source: 'generated',
  examples: { train: 20_000, valid: 500, test: 500 },
  // More would say nothing new, and takes memory.
  limits: { train: 200_000, test: 10_000 },
  generate({ trainExamples, testExamples }) {
    const count = within(trainExamples ?? examples.train, limits.train, 'trainExamples');
    return {
      train: pairsOf('train', count),
      // No more than there are to train on: of a tiny set, they would be all the work.
      valid: pairsOf('valid', Math.min(examples.valid, count)),
      test: pairsOf('test', within(testExamples ?? examples.test, limits.test, 'testExamples')),
    };
  },
};

const { examples, limits } = generatedPair;
/** Words and punctuation marks that a side of a sentence has. */
const lengths = { least: 5, most: 20 };
const combinationClasses = 8;
const classOfPart: Readonly<Record<TextPart, number>> = { test: 0, valid: 1, train: 2 };
const streams = streamsOf('generated-pair/1', 0);

/**
 * The first `count` sentence pairs of a part, all different. Deterministic: the same on every call, and a smaller set
 * is the beginning of a larger one.
 */
export function generatePairs(part: TextPart, count: number): TextPair[] {
  const uniform = streams(part);
  const taken = new Set<string>();
  const pairs: TextPair[] = [];
  while (pairs.length < count) {
    const sentence = drawSentence(uniform);
    if (!belongsTo(part, sentence)) continue;
    const pair = { source: textOf(sourceWords(sentence)), target: textOf(targetWords(sentence)) };
    if (taken.has(pair.source) || !hasLength(pair.source) || !hasLength(pair.target)) continue;
    taken.add(pair.source);
    pairs.push(pair);
  }
  return pairs;
}

function pairsOf(part: TextPart, count: number): TextPairs {
  return {
    pairs: generatePairs(part, count),
    place: (index) => `${generatedPair.name}: ${part} sentence ${index + 1}`,
  };
}

function within(asked: number, most: number, option: string): number {
  if (asked <= most) return asked;
  throw new UsageError(
    `${option}: ${asked} sentence pairs asked for, but the generated set holds ${most}; ask for ${most} or fewer`,
  );
}

/** The class of an adjective and a noun that stand together. */
export function combinationClass(adjective: number, noun: number): number {
  return (3 * adjective + 5 * noun) % combinationClasses;
}

function belongsTo(part: TextPart, sentence: Sentence): boolean {
  const first = Math.min(
    combinationClasses,
    ...nounPhrasesOf(sentence).flatMap(({ noun, adjectives }) =>
      adjectives.map((adjective) => combinationClass(adjective, noun)),
    ),
  );
  return part === 'train' ? first >= classOfPart.train : first === classOfPart[part];
}

function nounPhrasesOf({ main, reported, condition }: Sentence): NounPhrase[] {
  const within = (phrase: NounPhrase | undefined): NounPhrase[] =>
    phrase === undefined ? [] : [phrase, ...within(phrase.place?.of), ...within(phrase.relative?.object)];
  return [main, reported, condition?.clause].flatMap((clause) => [
    ...within(clause?.subject),
    ...within(clause?.object),
  ]);
}

function drawSentence(uniform: Uniform): Sentence {
  const chance = chanceOf(uniform);
  const kind = uniform();
  if (kind < 0.2) {
    const main = drawClause(uniform, 'reporting', 'short');
    return { main, question: false, reported: drawClause(uniform, drawVerbs(uniform), 'short') };
  }
  if (kind < 0.4) {
    const clause = drawClause(uniform, drawVerbs(uniform), 'short');
    const condition = { conjunction: draw('conjunctions', uniform), clause };
    return { condition, main: drawClause(uniform, drawVerbs(uniform), 'short'), question: false };
  }
  const question = chance(0.25);
  const { adverb, ...main } = drawClause(uniform, drawVerbs(uniform), 'long');
  return { main: question ? main : { ...main, adverb }, question };
}

function drawVerbs(uniform: Uniform): VerbClass {
  return uniform() < 0.7 ? 'transitive' : 'intransitive';
}

/** A short clause has plain noun phrases. */
function drawClause(uniform: Uniform, verbs: VerbClass, length: 'short' | 'long'): Clause {
  const chance = chanceOf(uniform);
  const phrase = () => (length === 'long' ? drawLongPhrase(uniform) : drawPhrase(uniform));
  const subject = phrase();
  const object = verbs === 'transitive' ? phrase() : undefined;
  const adverb = chance(0.3) ? draw('adverbs', uniform) : undefined;
  return { subject, verbs, verb: draw(verbs, uniform), past: chance(0.4), negated: chance(0.2), object, adverb };
}

function drawLongPhrase(uniform: Uniform): NounPhrase {
  const phrase = drawPhrase(uniform);
  const kind = uniform();
  if (kind < 0.25) return { ...phrase, place: { preposition: draw('prepositions', uniform), of: drawPhrase(uniform) } };
  if (kind > 0.75) {
    const [verb, past] = [draw('transitive', uniform), chanceOf(uniform)(0.4)];
    return { ...phrase, relative: { verb, past, object: drawPhrase(uniform) } };
  }
  return phrase;
}

function drawPhrase(uniform: Uniform): NounPhrase {
  const chance = chanceOf(uniform);
  const [noun, plural, definite] = [draw('nouns', uniform), chance(0.4), chance(0.6)];
  const [one, two] = [chance(0.5), chance(0.15)];
  const drawn = [draw('adjectives', uniform), draw('adjectives', uniform)];
  const adjectives = two && drawn[0] !== drawn[1] ? drawn : one ? drawn.slice(1) : [];
  return { noun, plural, definite, adjectives };
}

function draw(of: WordClass, uniform: Uniform): number {
  return Math.floor(wordCounts[of] * uniform());
}

function chanceOf(uniform: Uniform): (probability: number) => boolean {
  return (probability) => uniform() < probability;
}

/** A sentence as it is written: punctuation joins the word before. */
function textOf(words: readonly string[]): string {
  return words.join(' ').replace(/ ([,.?])/g, '$1');
}

function hasLength(text: string): boolean {
  const words = text.split(' ').length + (text.match(/[,.?]/g)?.length ?? 0);
  return words >= lengths.least && words <= lengths.most;
}
