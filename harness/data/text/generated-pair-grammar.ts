import { type Gender, lexicon } from './generated-pair-lexicon.ts';

/**
 * The grammar of the generated language pair: a sentence as a tree, and how each language says it. The source says
 * every tree in its own way, so a source sentence has exactly one translation. Below, words stand for their classes.
 *
 * Source, without gender and with verbs that do not agree:
 * - noun phrase: article, adjectives, noun with its number, preposition and noun phrase, or a relative clause;
 *   `da` is definite, `ne` is not, in either number.
 * - main clause: subject verb [not] [object]; with an adverb, that comes first and the verb second: adverb verb subject
 *   [not] [object]. A question begins with its verb.
 * - any other clause ends with its verb: subject [adverb] [not] [object] verb, after a conjunction or, where it is
 *   reported, after `yo`; so do relative clauses: `wek` object verb.
 *
 * Target, whose nouns have a gender:
 * - noun phrase: article, noun, adjectives from the last to the first, then the rest. Article and adjectives agree with
 *   the noun in gender and number.
 * - every clause: subject [not] verb [object] [adverb]. The verb agrees with its subject in number, however far
 *   that is. The past is an auxiliary, which agrees, and a participle.
 * - a definite object is marked by `a`. A question begins with `esk`; reported and relative clauses with `ke`.
 */

/** A noun and what belongs to it; words by their numbers in the lexicon. */
export interface NounPhrase {
  readonly noun: number;
  readonly plural: boolean;
  readonly definite: boolean;
  readonly adjectives: readonly number[];
  readonly place?: { readonly preposition: number; readonly of: NounPhrase } | undefined;
  /** What the noun does: `the dog that sees a cat`. */
  readonly relative?: { readonly verb: number; readonly past: boolean; readonly object: NounPhrase } | undefined;
}

/** What a verb takes: an object, nothing, or a reported clause. */
export type VerbClass = 'transitive' | 'intransitive' | 'reporting';

/** A verb with its subject and what else it has. */
export interface Clause {
  readonly subject: NounPhrase;
  readonly verbs: VerbClass;
  readonly verb: number;
  readonly past: boolean;
  readonly negated: boolean;
  /** Of a transitive verb. */
  readonly object?: NounPhrase | undefined;
  readonly adverb?: number | undefined;
}

/** A main clause, and one that it reports or that comes first. */
export interface Sentence {
  readonly main: Clause;
  /** A question has no adverb. */
  readonly question: boolean;
  /** What a reporting verb reports. */
  readonly reported?: Clause | undefined;
  /** A clause that comes first, with its conjunction. */
  readonly condition?: { readonly conjunction: number; readonly clause: Clause } | undefined;
}

type Words = readonly string[];
const { source, target, genders } = lexicon;

/** Words of the sentence in the source language, its punctuation included. */
export function sourceWords({ main, question, reported, condition }: Sentence): string[] {
  const first =
    condition === undefined ? [] : [source.conjunctions[condition.conjunction]!, ...sourceLate(condition.clause), ','];
  const last = reported === undefined ? [] : ['yo', ...sourceLate(reported)];
  return [...first, ...sourceMain(main, question), ...last, question ? '?' : '.'];
}

/** The same in the target language. */
export function targetWords({ main, question, reported, condition }: Sentence): string[] {
  const first =
    condition === undefined
      ? []
      : [target.conjunctions[condition.conjunction]!, ...targetClause(condition.clause), ','];
  const last = reported === undefined ? [] : ['ke', ...targetClause(reported)];
  return [...first, ...(question ? ['esk'] : []), ...targetClause(main), ...last, question ? '?' : '.'];
}

function sourceMain(clause: Clause, question: boolean): Words {
  const { subject, adverb } = clause;
  const verb = sourceVerb(clause.verbs, clause.verb, clause.past);
  const front = adverb === undefined ? [] : [source.adverbs[adverb]!];
  const verbFirst = question || adverb !== undefined;
  const start = verbFirst ? [...front, verb, ...sourceNoun(subject)] : [...sourceNoun(subject), verb];
  return [...start, ...sourceNegation(clause), ...sourceObject(clause)];
}

function sourceLate(clause: Clause): Words {
  const { subject, adverb } = clause;
  const middle = adverb === undefined ? [] : [source.adverbs[adverb]!];
  const verb = sourceVerb(clause.verbs, clause.verb, clause.past);
  return [...sourceNoun(subject), ...middle, ...sourceNegation(clause), ...sourceObject(clause), verb];
}

function sourceNegation({ negated }: Clause): Words {
  return negated ? ['nu'] : [];
}

function sourceObject({ object }: Clause): Words {
  return object === undefined ? [] : sourceNoun(object);
}

function sourceVerb(verbs: VerbClass, verb: number, past: boolean): string {
  return source[verbs][verb]! + (past ? 'et' : 'e');
}

function sourceNoun({ noun, plural, definite, adjectives, place, relative }: NounPhrase): Words {
  return [
    definite ? 'da' : 'ne',
    ...adjectives.map((adjective) => source.adjectives[adjective]!),
    source.nouns[noun]! + (plural ? 'en' : ''),
    ...(place === undefined ? [] : [source.prepositions[place.preposition]!, ...sourceNoun(place.of)]),
    ...(relative === undefined
      ? []
      : ['wek', ...sourceNoun(relative.object), sourceVerb('transitive', relative.verb, relative.past)]),
  ];
}

function targetClause({ subject, verbs, verb, past, negated, object, adverb }: Clause): Words {
  return [
    ...targetNoun(subject),
    ...(negated ? ['no'] : []),
    ...targetVerb(verbs, verb, past, subject.plural),
    ...(object === undefined ? [] : targetObject(object)),
    ...(adverb === undefined ? [] : [target.adverbs[adverb]!]),
  ];
}

function targetVerb(verbs: VerbClass, verb: number, past: boolean, plural: boolean): Words {
  const stem = target[verbs][verb]!;
  if (past) return [plural ? 'han' : 'ha', `${stem}ivo`];
  return [stem + (plural ? 'en' : 'e')];
}

function targetObject(object: NounPhrase): Words {
  return [...(object.definite ? ['a'] : []), ...targetNoun(object)];
}

function targetNoun({ noun, plural, definite, adjectives, place, relative }: NounPhrase): Words {
  const gender = genders[noun]!;
  const ending = endingOf(gender, plural);
  return [
    (definite ? 'l' : 'un') + ending,
    target.nouns[noun]! + ending,
    ...adjectives.map((adjective) => target.adjectives[adjective]! + ending).reverse(),
    ...(place === undefined ? [] : [target.prepositions[place.preposition]!, ...targetNoun(place.of)]),
    ...(relative === undefined
      ? []
      : ['ke', ...targetVerb('transitive', relative.verb, relative.past, plural), ...targetObject(relative.object)]),
  ];
}

/** Of articles, nouns and adjectives. */
function endingOf(gender: Gender, plural: boolean): string {
  return (gender === 'masculine' ? 'o' : 'a') + (plural ? 's' : '');
}
