import type { Uniform } from '../../random.ts';
import { type FootballRelation, footballRelations } from './football.ts';
import type { Question } from './questions.ts';

/**
 * Questions of the football knowledge base in words. What a relation leads to is said by a phrase before what it starts
 * from: `the country of` `the club of` X. Entities themselves are mentions, which a reader is given as such.
 */

/** A mention, and the words before it, from the mention before on. */
export interface Mention {
  readonly entity: number;
  readonly words: readonly string[];
}

interface Phrases {
  /** What the relation leads to. */
  readonly forward: readonly string[];
  /** What leads to it. */
  readonly inverse: readonly string[];
}

/** Each in as many ways, which are drawn from. */
const phrases: Readonly<Record<FootballRelation, Phrases>> = {
  plays_for_club: {
    forward: ['the club of', 'the team of', 'the employer of'],
    inverse: ['the players of', 'the squad of', 'the men under contract with'],
  },
  plays_for_country: {
    forward: ['the national side of', 'the country represented by', 'the nation of'],
    inverse: ['the internationals of', 'those who represent', 'the men capped by'],
  },
  plays_position: {
    forward: ['the position of', 'the role of', 'the place on the pitch of'],
    inverse: ['those who play as', 'everyone fielded as', 'the men lined up as'],
  },
  is_aged: {
    forward: ['the age of', 'the years of', 'how old we find'],
    inverse: ['those aged', 'everyone as old as', 'the men whose age is'],
  },
  wears_number: {
    forward: ['the shirt number of', 'the jersey worn by', 'the digits on the back of'],
    inverse: ['the wearers of', 'those who wear', 'the men in shirt'],
  },
  is_in_country: {
    forward: ['the home country of', 'the land around', 'where to find'],
    inverse: ['the clubs in', 'the teams based in', 'the sides at home in'],
  },
};

const openings = ['what is', 'tell me', 'name'] as const;
const joining = 'that also is among';

/** All words that questions have. */
export const footballWords: readonly string[] = [
  ...new Set(
    [
      ...openings,
      joining,
      ...Object.values(phrases).flatMap(({ forward, inverse }) => [...forward, ...inverse]),
    ].flatMap(wordsOf),
  ),
].sort();

/** A question in words, as one of its ways is drawn. */
export function footballText({ branches }: Question, uniform: Uniform): Mention[] {
  const one = (of: readonly string[]) => wordsOf(of[Math.floor(of.length * uniform())]!);
  return branches.map(({ start, path }, index) => ({
    entity: start,
    words: [
      ...(index === 0 ? one(openings) : wordsOf(joining)),
      // The last relation is said first.
      ...path.toReversed().flatMap((relation) => one(phrasesOf(relation))),
    ],
  }));
}

function phrasesOf(relation: number): readonly string[] {
  const count = footballRelations.length;
  const { forward, inverse } = phrases[footballRelations[relation % count]!];
  return relation < count ? forward : inverse;
}

function wordsOf(text: string): string[] {
  return text.split(' ');
}
