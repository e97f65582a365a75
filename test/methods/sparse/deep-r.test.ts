import { expect, test } from 'vitest';
import { deepR } from '../../../harness/methods/sparse/deep-r.ts';
import { gaussian } from '../../../harness/random.ts';
import { erkCounts } from '../../../harness/sparse/densities.ts';
import { ones } from '../../../harness/sparse/selection.ts';
import '../../helpers/engine.ts';
import { sparseSetUp, trainSparse } from '../../helpers/sparse-training.ts';
import { misplaced, moved, type Update, watched } from '../../helpers/watched-method.ts';

test('shrinks, shakes and rewires after every step but the last, at a constant number of active connections', async () => {
  const updates: Update[] = [];
  const options = { training: { epochs: 4, batchSize: 5 }, trainExamples: 65 };
  const setUp = sparseSetUp(watched(deepR, updates), options);
  const { context, keep } = setUp;
  const signs = context.values().map((values) => values.map((value) => (value < 0 ? -1 : 1)));
  await trainSparse(setUp);
  expect(updates).toHaveLength(52);
  const counts = erkCounts(
    context.weights.map(({ shape }) => shape),
    keep,
  );
  expect(updates[0]!.before.masks.map(ones)).toEqual(counts);
  let [gone, come] = [0, 0];
  for (const { event, before, after } of updates) {
    const { step, learningRate } = event;
    if (step === 52) {
      expect(after).toEqual(before);
      break;
    }
    expect(after.masks.reduce((sum, mask) => sum + ones(mask), 0)).toBe(keep);
    const noise = gaussian(keep, Math.sqrt(2 * learningRate * 2.5e-11), context.stream(`noise/${step}`));
    let drawn = 0;
    for (const [l, mask] of before.masks.entries()) {
      const thetas = before.values[l]!.map((value, i) => {
        if (mask[i] === 0) return -1;
        return signs[l]![i]! * value - learningRate * 1e-5 + noise[drawn++]!;
      });
      const stay = (i: number) => thetas[i]! >= 0;
      expect([...thetas.keys()].filter(stay).every((i) => after.masks[l]![i] === 1)).toBe(true);
      const walked = thetas.map((theta, i) => signs[l]![i]! * theta);
      expect(misplaced(after.values[l]!, walked, stay)).toEqual([]);
      expect(misplaced(after.momenta[l]!, before.momenta[l]!, stay)).toEqual([]);
      const changes = moved(mask, after.masks[l]!);
      gone += changes.gone.length;
      come += changes.come.length;
    }
    expect(drawn).toBe(keep);
  }
  expect(gone).toBe(come);
  expect(gone).toBeGreaterThan(200);
  // The dormant are of all layers, so that the layers' shares move.
  expect(updates.at(-1)!.after.masks.map(ones)).not.toEqual(counts);
  expect(setUp.sparse.variables.slice(0, -1).map(({ value }) => value.dataSync())).toEqual(signs);
});
