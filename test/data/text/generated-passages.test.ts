import { expect, it } from 'vitest';
import { passageWords } from '../../../harness/data/text/generated-passage-words.ts';
import { generatePassages, generateQuestions, nameClass } from '../../../harness/data/text/generated-passages.ts';

const { firstNames, lastNames } = passageWords;
const questions = { train: generateQuestions('train', 400), test: generateQuestions('test', 200) };

/** Full names in a text, as numbers of both lists. */
function namesIn(text: string): [number, number][] {
  return [...text.matchAll(/([A-Z]\w+) ([A-Z]\w+)/g)].flatMap(([, first, last]): [number, number][] => {
    const numbers: [number, number] = [firstNames.indexOf(first!), lastNames.indexOf(last!)];
    return numbers.includes(-1) ? [] : [numbers];
  });
}

it('answers stand where they are said to, and once in the passage', () => {
  for (const { passage, answers } of [...questions.train, ...questions.test]) {
    const [answer] = answers;
    expect(passage.startsWith(answer!.text, answer!.start)).toBe(true);
  }
});

it('every question has one answer: what it names is said of one person in one sentence', () => {
  for (const { passage, question, answers } of questions.train) {
    const sentences = passage.split('.').filter((sentence) => sentence.trim() !== '');
    expect(sentences).toHaveLength(4);
    const [name] = /[A-Z]\w+ [A-Z]\w+/.exec(question.replace(/^\w+ /, '')) ?? [];
    const named = sentences.filter((sentence) => name !== undefined && sentence.includes(name));
    const holding = sentences.filter((sentence) => sentence.includes(answers[0]!.text));
    if (name !== undefined) expect(named.some((sentence) => holding.includes(sentence))).toBe(true);
    expect(question.endsWith('?')).toBe(true);
  }
  const asked = new Set(questions.train.map(({ question }) => question.split(' ')[0]));
  expect(asked).toEqual(new Set(['Where', 'When', 'Who', 'What']));
});

it('no person of a test passage is in a training one', () => {
  const classesIn = (texts: readonly string[]) =>
    new Set(texts.flatMap((text) => namesIn(text).map(([first, last]) => nameClass(first, last))));
  expect(classesIn([...generatePassages('test', 100), ...questions.test.map(({ passage }) => passage)])).toEqual(
    new Set([0]),
  );
  const ofTraining = [...generatePassages('train', 100), ...questions.train.map(({ passage }) => passage)];
  expect(classesIn(ofTraining)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7]));
});

it('a smaller set is the beginning of a larger one, the same each time', () => {
  expect(generateQuestions('train', 10)).toEqual(questions.train.slice(0, 10));
  expect(generatePassages('test', 3)).toEqual(generatePassages('test', 9).slice(0, 3));
});
