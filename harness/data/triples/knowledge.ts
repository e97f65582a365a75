import { shortDigest } from '../../digest.ts';
import { UsageError } from '../../errors.ts';
import { type Streams, streamsOf } from '../../random.ts';
import { type SortName, sortNames, type TriplesDatasetSpec } from '../../spec/gaussian-attention.ts';
import { openIn } from '../folder.ts';
import { edgesOf, type FactIndex, factIndex } from './fact-index.ts';
import { folderTriples } from './folder-triples.ts';
import { football } from './football.ts';
import {
  type AnsweredQuestion,
  answersOf,
  drawDifferent,
  drawQuestion,
  keyOf,
  type Question,
  type QuestionSource,
} from './questions.ts';
import type { TripleParts } from './triple-parts.ts';

/** Questions by sort. */
export type Questions = Readonly<Record<SortName, readonly AnsweredQuestion[]>>;

/** A knowledge base of a cell: what it is trained on, and the questions that it is validated and tested by. */
export interface Knowledge extends QuestionSource {
  readonly source: 'files' | 'generated';
  readonly entities: number;
  /** One way round; inverses have the numbers behind. */
  readonly relationNames: readonly string[];
  /** What is trained on, both ways round. */
  readonly facts: FactIndex;
  readonly validation: Questions;
  readonly test: Questions;
  /** Whether a question is asked in validation or test, so that only facts are trained on it. */
  isHeldOut(question: Question): boolean;
  /** First 16 hexadecimal digits of the SHA-256 over facts and questions. */
  readonly digest: string;
  readonly warnings: readonly string[];
}

/**
 * Reads or generates a knowledge base.
 *
 * Of files, the test questions are of test triples, either way round, and of paths and conjunctions that end with one;
 * the other facts on the way are training triples. What an answer is ranked against leaves out all other answers that
 * triples of any part give (the filtered setting of Bordes et al. 2013). Validation goes by validation triples alike.
 *
 * A generated knowledge base is trained on as a whole: what is asked is whether all of it can be told again. Paths that
 * are asked are not trained on, nor are questions in words; a quarter of as many questions as have one fact is asked at
 * most of each sort, in validation and in the test.
 *
 * @throws UsageError where files are missing or damaged, or have entities that are not trained, naming file and line
 */
export async function loadKnowledge(spec: TriplesDatasetSpec, dataDir: string | null): Promise<Knowledge> {
  if (spec.name === 'football') return storedKnowledge(spec);
  const { parts } = (await openIn(folderTriples, dataDir)).opened;
  return publishedKnowledge(parts, spec);
}

type Sizes = Pick<TriplesDatasetSpec, 'validationQuestions' | 'testQuestions'>;

/** Draws of questions are the same for all cells. */
const streams: Streams = streamsOf('questions/1', 0);

function storedKnowledge(spec: Extract<TriplesDatasetSpec, { name: 'football' }>): Knowledge {
  const { entities, relations, triples } = football.generate(spec);
  const edges = edgesOf(triples, relations.length);
  const facts = factIndex(edges, entities.length, relations.length);
  const source = { facts, relations: relations.length };
  // What is left is trained on in words.
  const most = Math.floor(new Set(edges.map(({ from, relation }) => `${from}:${relation}`)).size / 4);
  const held = new Set<string>();
  const draw = (part: 'validation' | 'test', sort: SortName, count: number): AnsweredQuestion[] => {
    const uniform = streams(`${part}/${sort}`);
    const drawn = drawDifferent(Math.min(count, most), () => drawQuestion(sort, edges, source, uniform), held);
    return drawn.map(({ branches }) => {
      const answers = answersOf({ branches }, facts);
      return { branches, answers, asked: answers };
    });
  };
  return knowledgeOf({
    ...source,
    source: 'generated',
    names: entities,
    relationNames: relations,
    ...bothParts(spec, draw),
  });
}

function publishedKnowledge(
  { entities, relations, triples, unseen }: TripleParts,
  spec: Extract<TriplesDatasetSpec, { name: 'triples' }>,
): Knowledge {
  const warnings: string[] = [];
  if (unseen !== null) {
    const { name, place, count } = unseen;
    const what = `entity '${name}' is in no training triple (${count} such)`;
    if (spec.unseen === 'refused') {
      throw new UsageError(
        `${folderTriples.title}: ${place}: ${what}, so that nothing is learnt of it; remove the line, or keep such ` +
          'entities, with the vectors that they are drawn with, by --set dataset.unseen=kept',
      );
    }
    warnings.push(`${place}: ${what}; such entities keep the vectors that they are drawn with.`);
  }
  const edges = {
    train: edgesOf(triples.train, relations.length),
    validation: edgesOf(triples.valid, relations.length),
    test: edgesOf(triples.test, relations.length),
  };
  const indexed = (of: typeof edges.train) => factIndex(of, entities.length, relations.length);
  const facts = indexed(edges.train);
  const known = indexed([...edges.train, ...edges.validation, ...edges.test]);
  const source = { facts, relations: relations.length };
  const draw = (part: 'validation' | 'test', sort: SortName, count: number): AnsweredQuestion[] => {
    const [own, uniform] = [edges[part], streams(`${part}/${sort}`)];
    // Where all are asked, each is asked once, in the order of the file.
    const drawn =
      sort === 'single' && own.length <= count
        ? own.map(({ from, relation, to }) => ({ branches: [{ start: from, path: [relation] }], answer: to }))
        : drawDifferent(count, () => drawQuestion(sort, own, source, uniform), new Set());
    return drawn.map(({ branches, answer }) => ({
      branches,
      answers: answersOf({ branches }, known),
      asked: [answer],
    }));
  };
  return knowledgeOf({
    ...source,
    source: 'files',
    names: entities,
    relationNames: relations,
    warnings,
    ...bothParts(spec, draw),
  });
}

function bothParts(
  { validationQuestions, testQuestions }: Sizes,
  draw: (part: 'validation' | 'test', sort: SortName, count: number) => AnsweredQuestion[],
): Pick<Knowledge, 'validation' | 'test'> {
  const bySort = (part: 'validation' | 'test', count: number) =>
    Object.fromEntries(sortNames.map((sort) => [sort, draw(part, sort, count)])) as unknown as Questions;
  return { validation: bySort('validation', validationQuestions), test: bySort('test', testQuestions) };
}

type Given = Omit<Knowledge, 'entities' | 'isHeldOut' | 'digest' | 'warnings'> & {
  names: readonly string[];
  warnings?: readonly string[];
};

/** @throws UsageError where a part has no question of a sort */
function knowledgeOf({ names, warnings = [], ...given }: Given): Knowledge {
  const { facts, relationNames, validation, test } = given;
  for (const [part, questions] of Object.entries({ validation, test })) {
    for (const sort of sortNames) {
      if (questions[sort].length > 0) continue;
      throw new UsageError(
        `${given.source === 'files' ? folderTriples.title : football.title}: no ${sort} question can be asked in ` +
          `${part}; give more triples, which share entities with training triples`,
      );
    }
  }
  const held = new Set([validation, test].flatMap((bySort) => sortNames.flatMap((sort) => bySort[sort].map(keyOf))));
  const content = [names, relationNames, facts.edges, validation, test];
  return {
    ...given,
    entities: names.length,
    isHeldOut: (question) => held.has(keyOf(question)),
    digest: shortDigest(JSON.stringify(content)),
    warnings,
  };
}
