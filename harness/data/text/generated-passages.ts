import { streamsOf, type Uniform } from '../../random.ts';
import type { Question } from '../../text/question-windows.ts';
import type { Part } from '../dataset.ts';
import { passageWords as words } from './generated-passage-words.ts';

/**
 * Short biographies that a seeded grammar writes in plain English: a few people, each with facts that a question can be
 * asked about. All passages of a part are drawn one after another from a stream of their own, so that a smaller set is the
 * beginning of a larger one.
 *
 * Every full name is of one of eight classes. The people of tests are of the first, all others of the rest: no person of
 * a test passage is in a training one.
 */

/** A sentence of a passage, and the questions that it answers: the answer is a part of the sentence. */
interface Fact {
  readonly sentence: string;
  readonly asked: readonly { readonly question: string; readonly answer: string }[];
}

/** People of a passage. */
const people = 2;
const nameClasses = 8;
const streams = streamsOf('generated-passages/1', 0);

/** The class of a full name. */
export function nameClass(first: number, last: number): number {
  return (3 * first + 5 * last) % nameClasses;
}

/** A passage with all that can be asked about it, drawn from the stream. */
function drawPassage(part: Part, uniform: Uniform): { sentences: readonly string[]; facts: readonly Fact[] } {
  const facts = drawNames(part, people, uniform).flatMap((name) => factsOf(name, uniform));
  // Facts of different people stand mixed, so that the name in a sentence says whose they are.
  const order = facts.map((fact) => ({ fact, key: uniform() })).sort((a, b) => a.key - b.key);
  const shuffled = order.map(({ fact }) => fact);
  return { sentences: shuffled.map(({ sentence }) => sentence), facts: shuffled };
}

/** Passages of running text, for pre-training. */
export function generatePassages(part: Part, count: number): string[] {
  const uniform = streams(`text/${part}`);
  return Array.from({ length: count }, () => drawPassage(part, uniform).sentences.join(' '));
}

/** The first questions of a part, each on a passage of its own. */
export function generateQuestions(part: Part, count: number): Question[] {
  const uniform = streams(`questions/${part}`);
  return Array.from({ length: count }, (_, index) => {
    const { sentences, facts } = drawPassage(part, uniform);
    const at = pick(facts, uniform);
    const { question, answer } = pick(at.asked, uniform);
    const before = sentences.slice(0, facts.indexOf(at)).reduce((sum, sentence) => sum + sentence.length + 1, 0);
    const start = before + at.sentence.indexOf(answer);
    return {
      id: `${part}-${index + 1}`,
      passage: sentences.join(' '),
      question,
      answers: [{ text: answer, start }],
    };
  });
}

/** Full names that share no part. */
function drawNames(part: Part, count: number, uniform: Uniform): string[] {
  const { firstNames, lastNames } = words;
  const chosen: [number, number][] = [];
  while (chosen.length < count) {
    const [first, last] = [firstNames, lastNames].map(({ length }) => Math.floor(uniform() * length)) as [
      number,
      number,
    ];
    if ((nameClass(first, last) === 0) !== (part === 'test')) continue;
    if (chosen.some(([f, l]) => f === first || l === last)) continue;
    chosen.push([first, last]);
  }
  return chosen.map(([first, last]) => `${firstNames[first]} ${lastNames[last]}`);
}

/** Two facts on a person: of each kind of answer there is one, so that no question has two. */
function factsOf(name: string, uniform: Uniform): Fact[] {
  const town = pick(words.towns, uniform);
  const year = String(1700 + Math.floor(uniform() * 300));
  const work = pick(words.professions, uniform);
  const thing = `${pick(words.adjectives, uniform)} ${pick(words.things, uniform)}`;
  const all: readonly Fact[] = [
    {
      sentence: `${name} was born in ${town} in ${year}.`,
      asked: [
        { question: `Where was ${name} born?`, answer: town },
        { question: `When was ${name} born?`, answer: year },
      ],
    },
    {
      sentence: `The ${thing} was made by ${name}.`,
      asked: [
        { question: `Who made the ${thing}?`, answer: name },
        { question: `What did ${name} make?`, answer: thing },
      ],
    },
    {
      sentence: `Later ${name} worked as a ${work}.`,
      asked: [{ question: `What did ${name} work as?`, answer: work }],
    },
  ];
  const left = Math.floor(uniform() * all.length);
  return all.filter((_, index) => index !== left);
}

function pick<T>(from: readonly T[], uniform: Uniform): T {
  return from[Math.floor(uniform() * from.length)]!;
}
