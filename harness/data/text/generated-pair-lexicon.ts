import { streamsOf, type Uniform } from '../../random.ts';

/** The invented words of the generated language pair, in both languages by the same numbers. */

/** How many words each class has. */
export const wordCounts = {
  nouns: 48,
  adjectives: 24,
  /** Verbs with an object. */
  transitive: 20,
  intransitive: 12,
  /** Verbs with a clause: says that, knows that. */
  reporting: 6,
  adverbs: 10,
  prepositions: 6,
  /** Conjunctions of clauses that come first: when, because. */
  conjunctions: 4,
} as const;
/** A class of words, each with a stem in both languages. */
export type WordClass = keyof typeof wordCounts;

/** Of a noun of the target language. */
export type Gender = 'masculine' | 'feminine';

/** The words of both languages. */
export interface Lexicon {
  /** Stems by class and number. Every stem ends with a consonant, and every ending begins with a vowel. */
  readonly source: Readonly<Record<WordClass, readonly string[]>>;
  readonly target: Readonly<Record<WordClass, readonly string[]>>;
  /** Of the target's nouns, by number; the source does not show it. */
  readonly genders: readonly Gender[];
}

/** Sounds of a language; endings and function words are made of others or are shorter than any stem. */
interface Sounds {
  readonly first: string;
  readonly vowels: string;
  readonly last: string;
}

const sourceSounds: Sounds = { first: 'bdgkmprtvz', vowels: 'aiou', last: 'fgklmpr' };
const targetSounds: Sounds = { first: 'cdfglmnpstv', vowels: 'aeiou', last: 'bcdlmprt' };

/** The same on every machine: its stream is seeded by a name. */
export const lexicon: Lexicon = drawLexicon();

function drawLexicon(): Lexicon {
  const streams = streamsOf('generated-pair/1', 0);
  const gender = streams('genders');
  return {
    source: drawStems(sourceSounds, streams('source-stems')),
    target: drawStems(targetSounds, streams('target-stems')),
    genders: Array.from({ length: wordCounts.nouns }, () => (gender() < 0.5 ? 'masculine' : 'feminine')),
  };
}

/** Different stems for all words: one or two syllables, closed by a consonant. */
function drawStems(sounds: Sounds, uniform: Uniform): Record<WordClass, string[]> {
  const taken = new Set<string>();
  const sound = (of: string) => of[Math.floor(of.length * uniform())]!;
  const syllable = () => sound(sounds.first) + sound(sounds.vowels);
  const stem = (): string => {
    const word = syllable() + (uniform() < 0.7 ? syllable() : '') + sound(sounds.last);
    if (taken.has(word)) return stem();
    taken.add(word);
    return word;
  };
  const classes = Object.entries(wordCounts) as [WordClass, number][];
  return Object.fromEntries(classes.map(([name, length]) => [name, Array.from({ length }, stem)])) as Record<
    WordClass,
    string[]
  >;
}
