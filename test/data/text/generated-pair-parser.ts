import type { Clause, NounPhrase, Sentence, VerbClass } from '../../../harness/data/text/generated-pair-grammar.ts';
import { lexicon } from '../../../harness/data/text/generated-pair-lexicon.ts';

/** Test helper: reads sentences of the generated pair's source language, one word ahead at most, so in one way only. */

type Verb = { verbs: VerbClass; verb: number; past: boolean };
const verbClasses = ['transitive', 'intransitive', 'reporting'] as const;
const { source } = lexicon;

const numbered = (words: readonly string[], ending = '') => new Map(words.map((word, index) => [word + ending, index]));
const adjectives = numbered(source.adjectives);
const nouns = { one: numbered(source.nouns), many: numbered(source.nouns, 'en') };
const adverbs = numbered(source.adverbs);
const prepositions = numbered(source.prepositions);
const conjunctions = numbered(source.conjunctions);
const verbs = new Map<string, Verb>(
  verbClasses.flatMap((name) =>
    source[name].flatMap((stem, verb): [string, Verb][] => [
      [`${stem}e`, { verbs: name, verb, past: false }],
      [`${stem}et`, { verbs: name, verb, past: true }],
    ]),
  ),
);

/** @throws Error where the words are no sentence */
export function parseSource(words: readonly string[]): Sentence {
  let at = 0;
  const next = () => words[at] ?? '';
  const take = <T>(from: ReadonlyMap<string, T>): T => {
    const found = from.get(next());
    if (found === undefined) throw new Error(`'${next()}' is unexpected in '${words.join(' ')}'`);
    at++;
    return found;
  };
  const takeWord = (word: string) => take(new Map([[word, true]]));
  const has = (word: string) => next() === word && takeWord(word);

  const phrase = (): NounPhrase => {
    const definite = take(
      new Map([
        ['da', true],
        ['ne', false],
      ]),
    );
    const described: number[] = [];
    while (adjectives.has(next())) described.push(take(adjectives));
    const plural = nouns.many.has(next());
    const noun = take(plural ? nouns.many : nouns.one);
    const base: NounPhrase = { noun, plural, definite, adjectives: described };
    if (prepositions.has(next())) return { ...base, place: { preposition: take(prepositions), of: phrase() } };
    if (!has('wek')) return base;
    const object = phrase();
    const { verb, past } = take(verbs);
    return { ...base, relative: { verb, past, object } };
  };
  const startsPhrase = () => next() === 'da' || next() === 'ne';
  const optionalPhrase = () => (startsPhrase() ? phrase() : undefined);

  const late = (): Clause => {
    const subject = phrase();
    const adverb = adverbs.has(next()) ? take(adverbs) : undefined;
    const negated = has('nu');
    const object = optionalPhrase();
    return { subject, adverb, negated, object, ...take(verbs) };
  };
  const main = (): Clause => {
    const adverb = adverbs.has(next()) ? take(adverbs) : undefined;
    const first = startsPhrase() ? phrase() : undefined;
    const verb = take(verbs);
    const subject = first ?? phrase();
    return { subject, adverb, ...verb, negated: has('nu'), object: optionalPhrase() };
  };

  const condition = conjunctions.has(next()) ? { conjunction: take(conjunctions), clause: late() } : undefined;
  if (condition !== undefined) takeWord(',');
  const clause = main();
  const reported = has('yo') ? late() : undefined;
  const question = has('?');
  if (!question) takeWord('.');
  if (at < words.length) throw new Error(`'${next()}' is left over in '${words.join(' ')}'`);
  return { main: clause, question, reported, condition };
}
