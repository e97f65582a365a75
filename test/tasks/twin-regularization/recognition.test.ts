import { describe, expect, it } from 'vitest';
import type { FrameData } from '../../../harness/data/frames/pieces.ts';
import { streamsOf } from '../../../harness/random.ts';
import { type RecognizerName, recurrentCellNames } from '../../../harness/spec/twin-regularization.ts';
import {
  drawnBatches,
  frameBatch,
  heldOutBatches,
  readTogether,
} from '../../../harness/tasks/twin-regularization/batches.ts';
import { withOtherFutures } from '../../../harness/tasks/twin-regularization/checks.ts';
import { planRecognizer } from '../../../harness/tasks/twin-regularization/plan.ts';
import { recognition, recognized } from '../../../harness/tasks/twin-regularization/recognition.ts';
import { newRecognizer } from '../../../harness/tasks/twin-regularization/recognizer.ts';
import '../../helpers/engine.ts';

const piece = (utterance: number, labels: number[]) => {
  return {
    utterance,
    labels: Int32Array.from(labels),
    features: Float32Array.from(labels.flatMap((label) => [label, -label])),
  };
};
/** Two utterances, the first one in two pieces. */
const pieces = [piece(0, [0, 0, 1]), piece(0, [1, 2]), piece(1, [2, 0, 0])];
const data: FrameData = {
  source: 'files',
  dimension: 2,
  classes: 3,
  frames: 3,
  blank: null,
  pieces: { train: pieces, valid: pieces, test: pieces },
  digest: '',
};

describe('batches', () => {
  it('have frames row by row, and nothing behind the end of a piece', () => {
    const batch = frameBatch(pieces.slice(0, 2), data);
    expect([...batch.labels]).toEqual([0, 1, 0, 2, 1, 0]);
    expect([...batch.weights]).toEqual([1, 1, 1, 1, 1, 0]);
    expect([...batch.lengths]).toEqual([3, 2]);
    expect([...batch.features.subarray(2, 8)]).toEqual([1, -1, 0, -0, 2, -2]);
    expect([...batch.features.subarray(10)]).toEqual([0, 0]);
  });

  it('of training read every piece once in a pass, in an order of its own', () => {
    const training = { batchSize: 3, updates: 4, validateEvery: 3, dropout: 0.5 };
    const options = { data, training, streams: streamsOf('batches', 0) };
    const drawn = [0, 1].flatMap((point) => [...drawnBatches(options, point)]);
    expect(drawn).toHaveLength(4);
    const orders = drawn.map(({ parts }) => [...(parts.order as Int32Array)]);
    for (const order of orders) expect([...order].sort()).toEqual([0, 1, 2]);
    expect(new Set(orders.map((order) => order.join())).size).toBeGreaterThan(1);
    expect(drawn.every(({ size }) => size === 8)).toBe(true);
    expect(new Set(drawn.map((one) => one.batch().dropoutSeed?.join())).size).toBe(4);
  });

  it('of held-out pieces are filled up to one size', () => {
    const sizes = [...heldOutBatches(pieces, data)].map(({ own, batch }) => [own.length, batch.size]);
    expect(sizes).toEqual([[3, readTogether]]);
  });
});

it('counts frames that are told wrong, and edits over the phones of whole utterances', async () => {
  // Tells label 0, but 1 for a feature of 1: the frames of 2 are wrong.
  const logits = ({ features }: { features: Float32Array }) =>
    Float32Array.from({ length: (features.length / 2) * 3 }, (_, at) => {
      const [row, label] = [Math.floor(at / 3), at % 3];
      return label === (features[2 * row] === 1 ? 1 : 0) ? Math.log(2) : 0;
    });
  let batches = 0;
  const found = await recognized({ logits }, pieces, data, async () => void batches++);
  expect(batches).toBe(1);
  expect(found.frame_error).toBeCloseTo(2 / 8, 12);
  // 0 1 2 is told as 0 1 0, and 2 0 as 0.
  expect(found.edits).toEqual({ phones: 5, substitutions: 1, insertions: 0, deletions: 1 });
  expect(found.phone_error).toBeCloseTo(2 / 5, 12);
  expect(found.loss).toBeCloseTo((6 * -Math.log(2 / 4) + 2 * -Math.log(1 / 4)) / 8, 6);
});

describe.each(recurrentCellNames)('%s', (cell) => {
  const wide = { ...data, frames: 9 };
  const batch = frameBatch(
    [0, 1, 2].map((utterance) =>
      piece(
        utterance,
        Array.from({ length: 9 }, (_, t) => (t * (utterance + 2)) % 3),
      ),
    ),
    wide,
  );
  const toldBy = (method: RecognizerName, lookAhead: number) => {
    const model = { name: 'recurrent', cell, layers: 2, width: 5 } as const;
    const plan = planRecognizer({ model, method, lookAhead, budget: 1, init: 'default' }, wide);
    const recognizer = newRecognizer(plan, lookAhead, streamsOf('recognition', 0));
    return recognition(recognizer, recognizer.variables);
  };
  /** The frames whose logits change when those behind `last` do. */
  const changed = (method: RecognizerName, lookAhead: number, last: number) => {
    const { logits, dispose } = toldBy(method, lookAhead);
    const [before, after] = [batch, withOtherFutures(batch, last)].map((own) => logits(own));
    dispose();
    return Array.from({ length: 9 }, (_, t) => t).filter((t) => {
      const rows = [before!, after!].map((all) => all.subarray(t * 9, (t + 1) * 9).join());
      return rows[0] !== rows[1];
    });
  };

  it('reading forwards changes from the first changed frame on, and not before', () => {
    expect(changed('unidirectional', 0, 4)).toEqual([5, 6, 7, 8]);
  });

  it('with look-ahead changes so many frames earlier, and not before', () => {
    expect(changed('look-ahead', 2, 5)).toEqual([4, 5, 6, 7, 8]);
  });

  it('reading both ways changes everywhere', () => {
    expect(changed('bidirectional', 0, 4)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
