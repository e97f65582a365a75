import { expect, it } from 'vitest';
import {
  type Clause,
  type NounPhrase,
  type Sentence,
  sourceWords,
  targetWords,
} from '../../../harness/data/text/generated-pair-grammar.ts';
import { lexicon } from '../../../harness/data/text/generated-pair-lexicon.ts';

const noun = (number: number, rest: Partial<NounPhrase> = {}): NounPhrase => ({
  noun: number,
  plural: false,
  definite: true,
  adjectives: [],
  ...rest,
});
const clause = (subject: NounPhrase, rest: Partial<Clause>): Clause => ({
  subject,
  verbs: 'intransitive',
  verb: 0,
  past: false,
  negated: false,
  ...rest,
});
const plural = { plural: true };
const indefinite = { definite: false };

it.each<[string, Sentence, string, string]>([
  [
    'adjectives behind the noun, the last first, and agreement in gender and number',
    {
      main: clause(noun(0, { adjectives: [0, 1] }), {
        verbs: 'transitive',
        object: noun(2, { ...plural, ...indefinite, adjectives: [2] }),
      }),
      question: false,
    },
    'da kugok tal ridam topoge ne dar gudufen .',
    'lo dalo levuto govomo vemume unas cabas vosucas .',
  ],
  [
    'an adverb that moves to the end, and verbs that agree with a subject far away',
    {
      main: clause(noun(2, { ...plural, relative: { verb: 1, past: true, object: noun(1) } }), {
        past: true,
        negated: true,
        adverb: 0,
      }),
      question: false,
    },
    'ribuf vibolet da gudufen wek da pul rupafet nu .',
    'las cabas ke han decivo a lo cetido no han cocemivo dofir .',
  ],
  [
    'a question with its verb first, and a definite object that is marked',
    {
      main: clause(noun(4, { ...indefinite, place: { preposition: 0, of: noun(3, { ...plural, adjectives: [1] }) } }), {
        verbs: 'transitive',
        object: noun(0),
      }),
      question: true,
    },
    'topoge ne vubup parap da tal budamen da ridam ?',
    'esk una vociba vusel los vitedos levutos vemume a lo dalo ?',
  ],
  [
    'a reported clause with its verb last',
    {
      main: clause(noun(1), { verbs: 'reporting' }),
      question: false,
      reported: clause(noun(0, { ...plural, ...indefinite }), {
        verbs: 'transitive',
        verb: 1,
        past: true,
        negated: true,
        adverb: 1,
        object: noun(2, indefinite),
      }),
    },
    'da pul kabuge yo ne ridamen por nu ne guduf rupafet .',
    'lo cetido pume ke unos dalos no han decivo una caba codot .',
  ],
  [
    'a clause that comes first',
    {
      condition: { conjunction: 0, clause: clause(noun(4), { past: true }) },
      main: clause(noun(1, plural), { verbs: 'transitive', object: noun(4, plural) }),
      question: false,
    },
    'gomum da vubup vibolet , da pulen topoge da vubupen .',
    'cuc la vociba ha cocemivo , los cetidos vemumen a las vocibas .',
  ],
])('%s', (_, sentence, source, target) => {
  expect(sourceWords(sentence).join(' ')).toBe(source);
  expect(targetWords(sentence).join(' ')).toBe(target);
});

it('has different stems for all words, which end so that no ending can be taken for a part of them', () => {
  for (const [words, ends] of [
    [lexicon.source, /^[bdgkmprtvz][aiou](?:[bdgkmprtvz][aiou])?[fgklmpr]$/],
    [lexicon.target, /^[cdfglmnpstv][aeiou](?:[cdfglmnpstv][aeiou])?[bcdlmprt]$/],
  ] as const) {
    const stems = Object.values(words).flat();
    expect(new Set(stems).size).toBe(stems.length);
    expect(stems.filter((stem) => !ends.test(stem))).toEqual([]);
  }
  expect(new Set(lexicon.genders)).toEqual(new Set(['masculine', 'feminine']));
});
