import type { Drawn } from '../../data/drawn.ts';
import { footballText, footballWords, type Mention } from '../../data/triples/football-text.ts';
import type { Knowledge } from '../../data/triples/knowledge.ts';
import { type DrawnQuestion, drawQuestion, type Question } from '../../data/triples/questions.ts';
import type { Streams, Uniform } from '../../random.ts';
import { type SortName, sortNames } from '../../spec/gaussian-attention.ts';

/** Questions as arrays; a question has `conditions` rows, one after the other. */
export interface QuestionBatch {
  readonly size: number;
  readonly conditions: number;
  /** Entities, [size·conditions] */
  readonly starts: Int32Array;
  /** An answer of each, [size] */
  readonly answers: Int32Array;
  /** How often a path goes along each relation, [size·conditions, relations with inverses]; of symbols only. */
  readonly counts?: Float32Array;
  /** How often each word stands before the mention, [size·conditions, words]; of words only. */
  readonly words?: Float32Array;
  /** 0 for a row that its question does not have, else 1, [size·conditions]; left out: all are there. */
  readonly present?: Float32Array;
}

/** The most conditions that a question has. */
const mostConditions = 2;

/** Questions with an answer each as symbols: all have as many conditions. */
export function symbolBatch(
  questions: readonly Question[],
  answers: readonly number[],
  { relations }: Pick<Knowledge, 'relations'>,
): QuestionBatch {
  const conditions = questions[0]!.branches.length;
  const branches = questions.flatMap((question) => question.branches);
  const width = 2 * relations;
  const counts = new Float32Array(branches.length * width);
  branches.forEach(({ path }, row) => {
    for (const relation of path) counts[row * width + relation]!++;
  });
  const starts = Int32Array.from(branches, ({ start }) => start);
  return { size: questions.length, conditions, starts, answers: Int32Array.from(answers), counts };
}

const places = new Map(footballWords.map((word, place) => [word, place]));

/** Questions with an answer each in words. */
export function textBatch(texts: readonly (readonly Mention[])[], answers: readonly number[]): QuestionBatch {
  const rows = texts.length * mostConditions;
  const [starts, present] = [new Int32Array(rows), new Float32Array(rows)];
  const words = new Float32Array(rows * footballWords.length);
  texts.forEach((mentions, question) => {
    mentions.forEach((mention, condition) => {
      const row = question * mostConditions + condition;
      starts[row] = mention.entity;
      present[row] = 1;
      for (const word of mention.words) words[row * footballWords.length + places.get(word)!]!++;
    });
  });
  const batch = { size: texts.length, conditions: mostConditions, starts, answers: Int32Array.from(answers) };
  return { ...batch, words, present };
}

/** What a phase is trained on: facts, facts and paths in turn, or questions of all sorts in words. */
export type Lesson = 'facts' | 'composed' | 'words';

export interface BatchOptions {
  knowledge: Knowledge;
  lesson: Lesson;
  batchSize: number;
  stepsPerPoint: number;
  streams: Streams;
}

/** The batches up to a point of the curve, counted from 0 through all phases. */
export function* drawnBatches(
  { knowledge, lesson, batchSize, stepsPerPoint, streams }: BatchOptions,
  point: number,
): Generator<Drawn<QuestionBatch>, void, undefined> {
  const uniform = streams(`order/${lesson}/${point}`);
  for (let step = 0; step < stepsPerPoint; step++) {
    const batch = batchOf(knowledge, lesson, batchSize, point * stepsPerPoint + step, uniform);
    const { starts, answers, counts, words } = batch;
    yield {
      size: batchSize,
      shape: `${batchSize}x${batch.conditions}`,
      parts: {
        starts,
        answers,
        ...(counts === undefined ? {} : { paths: counts }),
        ...(words === undefined ? {} : { words }),
      },
      batch: () => batch,
    };
  }
}

/** @param step counted from 0: compositional training has a path at every other step */
function batchOf(knowledge: Knowledge, lesson: Lesson, size: number, step: number, uniform: Uniform): QuestionBatch {
  const questions = Array.from({ length: size }, () =>
    trainedQuestion(knowledge, sortOf(lesson, step, uniform), uniform),
  );
  // What is told as a fact is trained on; what is asked in words is not.
  const answers = questions.map(({ answer }) => answer);
  if (lesson !== 'words') return symbolBatch(questions, answers, knowledge);
  return textBatch(
    questions.map((question) => footballText(question, uniform)),
    answers,
  );
}

function sortOf(lesson: Lesson, step: number, uniform: Uniform): SortName | 'fact' {
  if (lesson === 'words') return sortNames[Math.floor(sortNames.length * uniform())]!;
  return lesson === 'composed' && step % 2 === 1 ? 'path' : 'fact';
}

const mostTries = 10_000;

/** A fact, or a question of a sort that is asked neither in validation nor in the test. */
function trainedQuestion(knowledge: Knowledge, sort: SortName | 'fact', uniform: Uniform): DrawnQuestion {
  const { edges } = knowledge.facts;
  if (sort === 'fact') return drawQuestion('single', edges, knowledge, uniform)!;
  for (let tries = 0; tries < mostTries; tries++) {
    const question = drawQuestion(sort, edges, knowledge, uniform);
    if (question !== null && !knowledge.isHeldOut(question)) return question;
  }
  throw new Error(
    `${sort} questions to be trained on: ${mostTries} draws gave none that is not held out; lower validationQuestions ` +
      'or testQuestions',
  );
}

/** The question in words, as validation and test ask it. */
export function heldOutText(question: Question, streams: Streams, part: string, index: number): Mention[] {
  return footballText(question, streams(`text/${part}/${index}`));
}
