import { beforeAll, describe, expect, it, test } from 'vitest';
import { footballWords } from '../../../harness/data/triples/football-text.ts';
import { type Knowledge, loadKnowledge } from '../../../harness/data/triples/knowledge.ts';
import { streamsOf } from '../../../harness/random.ts';
import {
  drawnBatches,
  type Lesson,
  type QuestionBatch,
  symbolBatch,
  textBatch,
} from '../../../harness/tasks/gaussian-attention/batches.ts';
import { linearRate } from '../../../harness/tasks/gaussian-attention/training.ts';

let knowledge: Knowledge;
beforeAll(async () => {
  const sizes = { players: 20, clubs: 5, countries: 3, positions: 4, ages: 5, numbers: 7 };
  knowledge = await loadKnowledge({ name: 'football', ...sizes, validationQuestions: 20, testQuestions: 20 }, null);
});

function batchesOf(lesson: Lesson, seed = 0, point = 0): QuestionBatch[] {
  const options = { knowledge, lesson, batchSize: 16, stepsPerPoint: 6, streams: streamsOf('test', seed) };
  return [...drawnBatches(options, point)].map((drawn) => drawn.batch());
}

/** The paths of a batch as lists of relations. */
const pathsOf = ({ counts, size }: QuestionBatch) =>
  Array.from({ length: size }, (_, row) => {
    const width = counts!.length / size;
    return [...counts!.subarray(row * width, (row + 1) * width)].flatMap((count, relation) =>
      Array.from({ length: count }, () => relation),
    );
  });

describe('symbols', () => {
  it('are facts alone, or facts and paths in turn', () => {
    const lengths = (lesson: Lesson) =>
      batchesOf(lesson).map((batch) => new Set(pathsOf(batch).map(({ length }) => length)));
    expect(lengths('facts')).toEqual(Array.from({ length: 6 }, () => new Set([1])));
    expect(lengths('composed')).toEqual([1, 2, 1, 2, 1, 2].map((length) => new Set([length])));
  });

  it('have a known answer, and no path that is asked', () => {
    for (const batch of batchesOf('composed')) {
      pathsOf(batch).forEach((path, row) => {
        const [start, answer] = [batch.starts[row]!, batch.answers[row]!];
        const ways = path.length === 1 ? [path] : [path, path.toReversed()];
        const found = ways.some((way) => {
          const reached = way.reduce(
            (at, relation) => at.flatMap((entity) => knowledge.facts.objects(entity, relation)),
            [start],
          );
          return (
            reached.includes(answer) && (way.length === 1 || !knowledge.isHeldOut({ branches: [{ start, path: way }] }))
          );
        });
        expect(found).toBe(true);
      });
    }
  });

  it('follow from the seed and the point, the order of both alike', () => {
    expect(batchesOf('composed')).toEqual(batchesOf('composed'));
    expect(batchesOf('composed', 1)).not.toEqual(batchesOf('composed'));
    expect(batchesOf('composed', 0, 1)).not.toEqual(batchesOf('composed'));
  });

  it('count a relation as often as a path goes along it', () => {
    const { counts, starts, conditions } = symbolBatch(
      [
        {
          branches: [
            { start: 3, path: [2] },
            { start: 4, path: [1, 1] },
          ],
        },
        {
          branches: [
            { start: 0, path: [3] },
            { start: 1, path: [0] },
          ],
        },
      ],
      [9, 8],
      { relations: 2 },
    );
    expect(conditions).toBe(2);
    expect([...starts]).toEqual([3, 4, 0, 1]);
    expect([...counts!]).toEqual([0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0]);
  });
});

describe('words', () => {
  it('are counted before each mention, and rows without one are absent', () => {
    const batch = textBatch([[{ entity: 5, words: ['the', 'club', 'of', 'the'] }]], [1]);
    expect([batch.conditions, [...batch.starts], [...batch.present!]]).toEqual([2, [5, 0], [1, 0]]);
    const counted = Object.fromEntries(
      footballWords.flatMap((word, place) => (batch.words![place]! > 0 ? [[word, batch.words![place]]] : [])),
    );
    expect(counted).toEqual({ the: 2, club: 1, of: 1 });
    expect(batch.words!.subarray(footballWords.length).every((count) => count === 0)).toBe(true);
  });

  it('ask all sorts of questions', () => {
    const present = batchesOf('words').map((batch) => batch.present!.reduce((sum, one) => sum + one, 0) / batch.size);
    const mean = present.reduce((sum, one) => sum + one, 0) / present.length;
    // A third are conjunctions, with two conditions.
    expect(mean).toBeGreaterThan(1.15);
    expect(mean).toBeLessThan(1.5);
  });
});

test('the learning rate falls evenly to its last value', () => {
  const schedule = { learningRate: 0.02, finalLearningRate: 0.004 };
  expect([0, 2, 4].map((step) => linearRate(step, 5, schedule))).toEqual([0.02, 0.012, 0.004]);
  expect(linearRate(0, 1, schedule)).toBe(0.02);
});
