import { expect, test } from 'vitest';
import { lotteryTicket, rewindStep } from '../../../harness/methods/sparse/lottery-ticket.ts';
import { magnitudes, ones } from '../../../harness/sparse/selection.ts';
import type { SparseMethod } from '../../../harness/sparse/sparse-method.ts';
import '../../helpers/engine.ts';
import { sparseSetUp, trainSparse } from '../../helpers/sparse-training.ts';

type SetUp = ReturnType<typeof sparseSetUp>;

/** Values of every variable of the network, by name. */
const stateOf = ({ variables }: Pick<SetUp, 'variables'>) =>
  new Map(variables.map(({ name, value }) => [name, (value.dataSync() as Float32Array).slice()]));

test('rewindStep is 5/160 of the steps, one at least', () => {
  expect([2, 100, 160, 62_500].map(rewindStep)).toEqual([1, 3, 5, 1953]);
});

test('prunes by magnitude round by round, and begins each where the first training stood early', async () => {
  interface Round {
    before: { masks: Uint8Array[]; values: Float32Array[] };
    masks: Uint8Array[];
    state: Map<string, Float32Array>;
    momentum: number;
  }
  const rounds: Round[] = [];
  const watched: SparseMethod = {
    ...lotteryTicket,
    start(context) {
      const run = lotteryTicket.start(context);
      return {
        ...run,
        async beforePhase(phase) {
          const before = { masks: context.masks(), values: context.values() };
          await run.beforePhase(phase);
          const momentum = context.weights.map((layer) =>
            Math.max(...magnitudes(layer.slots[0]!.value.dataSync() as Float32Array)),
          );
          rounds.push({ before, masks: context.masks(), state: stateOf(context), momentum: Math.max(...momentum) });
        },
      };
    },
  };
  // 64 steps a training, so that k is 2.
  const setUp = sparseSetUp(watched, { training: { epochs: 4, batchSize: 4 }, budget: 0.2 });
  let early = new Map<string, Float32Array>();
  const { curve } = await trainSparse(setUp, {
    afterStep: ({ phase, step }) => {
      if (phase === 0 && step === 2) early = stateOf(setUp);
    },
  });
  const total = rounds[0]!.masks.reduce((sum, mask) => sum + mask.length, 0);
  expect(rounds.map(({ masks }) => masks.reduce((sum, mask) => sum + ones(mask), 0))).toEqual([
    total,
    Math.round(total ** (2 / 3) * setUp.keep ** (1 / 3)),
    Math.round(total ** (1 / 3) * setUp.keep ** (2 / 3)),
    setUp.keep,
  ]);
  const names = setUp.context.weights.map(({ name }) => name);
  for (const { before, masks, state, momentum } of rounds.slice(1)) {
    const sizes = before.values.map(magnitudes);
    const pruned: number[] = [];
    const kept: number[] = [];
    masks.forEach((mask, l) => {
      mask.forEach((value, i) => {
        if (value === 1) kept.push(sizes[l]![i]!);
        else if (before.masks[l]![i] === 1) pruned.push(sizes[l]![i]!);
        if (value === 1) expect(before.masks[l]![i]).toBe(1);
      });
    });
    expect(Math.max(...pruned)).toBeLessThanOrEqual(Math.min(...kept));
    for (const [name, values] of early) {
      const mask = masks[names.indexOf(name)];
      expect([name, state.get(name)]).toEqual([name, values.map((value, i) => (mask?.[i] === 0 ? 0 : value))]);
    }
    expect(momentum).toBe(0);
  }
  // The early state is neither the initialization nor the trained network.
  expect(rounds[0]!.state).not.toEqual(early);
  expect(rounds[1]!.before.values[0]).not.toEqual(early.get(names[0]!));
  // Each round has the learning rates of the whole training.
  const rates = curve.map(({ values }) => values.learning_rate);
  expect(rates).toEqual([0, 1, 2, 3].flatMap(() => rates.slice(0, 4)));
});
