import { describe, expect, test } from 'vitest';
import { macsInBatch, planBudget } from '../../harness/budget/budget.ts';
import { findRankScale } from '../../harness/budget/rank-scale.ts';
import { UsageError } from '../../harness/errors.ts';
import { dense } from '../../harness/methods/dense.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import type { Method } from '../../harness/methods/method.ts';
import { methodOf } from '../../harness/methods/registry.ts';
import { scaledRank } from '../../harness/methods/scaled-rank.ts';
import type { LayerMethod } from '../../harness/nn/layer-method.ts';
import { type Blueprint, type ConvShape, totalParameters } from '../../harness/shape/blueprint.ts';
import { resnetBlueprint } from '../../harness/shape/resnet.ts';
import { totalWeights } from '../../harness/shape/sized.ts';
import { sizedNetwork } from '../../harness/shape/sized-network.ts';
import { vggBlueprint } from '../../harness/shape/vgg.ts';
import { wideResnetBlueprint } from '../../harness/shape/wide-resnet.ts';

const resnet = (depth: number, width: number, classes = 10): Blueprint =>
  resnetBlueprint({ depth, width, classes, size: 32, inputChannels: 3 });

const planned = (blueprint: Blueprint, method: Method, amount: number) =>
  planBudget(sizedNetwork(blueprint), method, { amount, unit: 'parameters' });

/** The networks that the paper's compression code builds. */
const projectionResnet = (width: number, classes: number): Blueprint =>
  resnetBlueprint({ depth: 32, width, classes, size: 32, inputChannels: 3, shortcut: 'projection' });
const vgg = (classes: number): Blueprint => vggBlueprint({ depth: 19, width: 64, classes, size: 32, inputChannels: 3 });

/** Parameters of the option-A ResNet of 6n+2 layers in closed form, with every block convolution at the rank scale. */
function closedForm(depth: number, width: number, scale: number | null): number {
  const n = (depth - 2) / 6;
  const conv = (inputs: number, outputs: number) => {
    const rows = 3 * outputs;
    if (scale === null) return rows * 3 * inputs;
    const exact = scale * rows;
    const nearest = Math.abs(exact % 1) === 0.5 ? 2 * Math.round(exact / 2) : Math.round(exact);
    return Math.max(1, nearest) * (rows + 3 * inputs);
  };
  const [a, b, c] = [width, 2 * width, 4 * width];
  const blocks = 2 * n * conv(a, a) + conv(a, b) + (2 * n - 1) * conv(b, b) + conv(b, c) + (2 * n - 1) * conv(c, c);
  const norms = 2 * (a + 2 * n * (a + b + c));
  return 27 * a + norms + blocks + (10 * c + 10);
}

const ratioAt = (blueprint: Blueprint, scale: number) =>
  totalParameters(blueprint, (shape) => lowRank.parameters(shape, scale)) / totalParameters(blueprint);

describe('parameter ratios', () => {
  test.each([
    [1 / 27, 0.084],
    [1 / 9, 0.231],
    [1 / 3, 0.686],
    [1, 2.04],
    [3, 6.11],
    [9, 18.3],
  ])('of ResNet-32 at scale %d is the published %d', (scale, published) => {
    const ratio = ratioAt(resnet(32, 16), scale);
    expect(Number(ratio.toPrecision(3))).toBeCloseTo(published, published < 1 ? 3 : 1);
    expect(ratio).toBe(closedForm(32, 16, scale) / closedForm(32, 16, null));
  });

  test.each([
    [20, 16],
    [32, 64],
    [56, 16],
    [110, 16],
  ])('of ResNet-%i with width %i follow the closed form at every scale', (depth, width) => {
    for (let scale = 0.005; scale < 1.2; scale += 0.0137) {
      const counted = totalParameters(resnet(depth, width), (shape) => lowRank.parameters(shape, scale));
      expect(counted).toBe(closedForm(depth, width, scale));
    }
  });
});

describe('findRankScale', () => {
  // Totals, ratios and, where they are in its logs, scales of the released code.
  test.each([
    { width: 32, classes: 10, total: 1_860_522, budget: 0.02, ratio: 0.01908, scale: 0.00684 },
    { width: 32, classes: 10, total: 1_860_522, budget: 0.05, ratio: 0.0505, scale: 0.02246 },
    { width: 32, classes: 10, total: 1_860_522, budget: 0.1, ratio: 0.1003, scale: 0.04785 },
    { width: 32, classes: 100, total: 1_872_132, budget: 0.02, ratio: 0.02116, scale: null },
    { width: 32, classes: 100, total: 1_872_132, budget: 0.05, ratio: 0.04829, scale: null },
    { width: 32, classes: 100, total: 1_872_132, budget: 0.1, ratio: 0.10085, scale: null },
    { width: 32, classes: 200, total: 1_885_032, budget: 0.02, ratio: 0.02389, scale: null },
    { width: 32, classes: 200, total: 1_885_032, budget: 0.05, ratio: 0.04884, scale: null },
    { width: 32, classes: 200, total: 1_885_032, budget: 0.1, ratio: 0.10094, scale: null },
    { width: 32, classes: 200, total: 1_885_032, budget: 0.15, ratio: 0.14902, scale: null },
    { width: 64, classes: 10, total: 7_427_914, budget: 0.02, ratio: 0.02021, scale: 0.00879 },
    { width: 64, classes: 10, total: 7_427_914, budget: 0.05, ratio: 0.05024, scale: 0.02393 },
    { width: 64, classes: 10, total: 7_427_914, budget: 0.1, ratio: 0.10008, scale: 0.04785 },
    { width: null, classes: 10, total: 20_035_018, budget: 0.02, ratio: 0.01985, scale: 0.00928 },
    { width: null, classes: 10, total: 20_035_018, budget: 0.05, ratio: 0.04955, scale: 0.02368 },
    { width: null, classes: 10, total: 20_035_018, budget: 0.1, ratio: 0.09966, scale: 0.04761 },
  ])(
    'reaches the published ratio: ResNet-32 of width $width (VGG-19 where null), $classes classes, budget $budget',
    ({ width, classes, total, budget, ratio, scale }) => {
      const blueprint = width === null ? vgg(classes) : projectionResnet(width, classes);
      expect(totalParameters(blueprint)).toBe(total);
      const reached = findRankScale(sizedNetwork(blueprint), lowRank, budget);
      expect(Number(reached.ratio.toFixed(5))).toBe(ratio);
      if (scale !== null) expect(Number(reached.scale.toFixed(5))).toBe(scale);
    },
  );

  test.each([
    { budget: 0.01667, ratio: 0.01673, scale: 0.00757 },
    { budget: 0.06667, ratio: 0.06675, scale: 0.03198 },
  ])('reaches the published ratio: WRN-28-10, budget $budget', ({ budget, ratio, scale }) => {
    const blueprint = wideResnetBlueprint({ depth: 28, widen: 10, classes: 10, size: 32, inputChannels: 3 });
    const reached = findRankScale(sizedNetwork(blueprint), lowRank, budget);
    expect([Number(reached.ratio.toFixed(5)), Number(reached.scale.toFixed(5))]).toEqual([ratio, scale]);
  });

  test.each([0.08, 0.1, 0.25, 0.5, 1])('gives the ratio of its own scale, near the budget %d', (budget) => {
    const { scale, ratio } = findRankScale(sizedNetwork(resnet(20, 16)), lowRank, budget);
    expect(ratio).toBe(closedForm(20, 16, scale) / closedForm(20, 16, null));
    // Ranks are whole: one more on every layer changes the ratio by about 0.04.
    expect(Math.abs(ratio - budget)).toBeLessThan(0.02);
  });

  test('finds a scale no further from the budget than any on a fine grid by more than its interval', () => {
    const blueprint = resnet(20, 16);
    const budget = 0.25;
    const grid = Array.from({ length: 4000 }, (_, i) => Math.abs(ratioAt(blueprint, (i + 1) / 4000) - budget));
    const { ratio } = findRankScale(sizedNetwork(blueprint), lowRank, budget);
    expect(Math.abs(ratio - budget)).toBeLessThanOrEqual(Math.min(...grid));
  });

  test('grows with the budget', () => {
    const budgets = Array.from({ length: 20 }, (_, i) => (i + 1) / 20);
    const reached = budgets.map((budget) => findRankScale(sizedNetwork(resnet(20, 16)), lowRank, budget));
    for (let i = 1; i < reached.length; i++) {
      expect(reached[i]!.scale).toBeGreaterThan(reached[i - 1]!.scale);
      expect(reached[i]!.ratio).toBeGreaterThanOrEqual(reached[i - 1]!.ratio);
    }
  });

  test('ends at rank 1 where the budget is below it', () => {
    const { ratio } = findRankScale(sizedNetwork(resnet(20, 16)), lowRank, 0.001);
    expect(ratio).toBe(closedForm(20, 16, 1e-9) / closedForm(20, 16, null));
  });

  test('leaves a dense network whole', () => {
    expect(findRankScale(sizedNetwork(resnet(20, 16)), dense, 0.1)).toEqual({ scale: 1, ratio: 1 });
  });
});

describe('planBudget', () => {
  const blueprint = resnet(20, 16);
  const atRankOne = closedForm(20, 16, 1e-9) / closedForm(20, 16, null);

  test('refuses a budget below rank 1, and names the nearest that is reached', () => {
    const refused = () => planned(blueprint, lowRank, atRankOne - 1e-6);
    expect(refused).toThrow(UsageError);
    const nearest = Math.ceil(atRankOne * 1e6) / 1e6;
    expect(refused).toThrow(`below what resnet-20 keeps at rank 1; the nearest budget that it reaches is ${nearest}`);
    expect(planned(blueprint, lowRank, nearest).ratio).toBe(atRankOne);
  });

  test('leaves the dense network its budget', () => {
    expect(planned(blueprint, dense, 0.001).ratio).toBe(1);
  });
});

describe('composing dense weights', () => {
  const blueprint = resnet(8, 16);
  const compressed = (ofConv: (shape: ConvShape) => number) => {
    return blueprint.layers.reduce((sum, shape) => {
      return shape.kind === 'conv' && shape.compressible ? sum + ofConv(shape) : sum;
    }, 0);
  };

  test('is counted once in a pass, and shared by a batch', () => {
    const plan = planned(blueprint, methodOf('kronecker'), 0.2);
    const { scale, passMacs, compositionMacs } = plan;
    // Every compressible convolution is 3 x 3: R terms of out x in.
    const terms = ({ inChannels, outChannels }: ConvShape) => {
      const sizes: Record<number, number[]> = { 16: [4, 4], 32: [8, 4], 64: [8, 8] };
      const [o, i] = [sizes[outChannels]!, sizes[inChannels]!];
      return scaledRank(scale, Math.min(o[0]! * i[1]!, o[1]! * i[0]!));
    };
    expect(compositionMacs).toBe(compressed((shape) => terms(shape) * shape.inChannels * shape.outChannels));
    expect(compositionMacs).toBeGreaterThan(0);
    expect(macsInBatch(plan, 1)).toBe(passMacs);
    expect(macsInBatch(plan, 32)).toBe(passMacs - compositionMacs + compositionMacs / 32);
  });

  test('is what low-rank layers do from rank scale 1 on, and chains where they cost more than the dense layer', () => {
    const shape = blueprint.layers.find((layer) => layer.kind === 'conv' && layer.compressible) as ConvShape;
    expect(lowRank.compositionMacs!(shape, 0.5)).toBe(0);
    expect(lowRank.compositionMacs!(shape, 1)).toBe(lowRank.macs(shape, 1) - dense.macs(shape, 1));
    const chain = methodOf('tucker-2') as LayerMethod;
    expect(chain.compositionMacs!(shape, 0.1)).toBe(0);
    expect(chain.compositionMacs!(shape, 1)).toBe(chain.macs(shape, 1) - dense.macs(shape, 1));
    expect(chain.compositionMacs!(shape, 1)).toBeGreaterThan(0);
    expect(planned(blueprint, dense, 1).compositionMacs).toBe(0);
  });
});

describe('a budget out of reach', () => {
  const blueprint = resnet(8, 16);
  /** r·(out·k1 + in·k2) with ranks from `least` to `most`. */
  const ranked = (least: number, most: number): LayerMethod => ({
    ...lowRank,
    largestScale: 1,
    parameters: ({ kernel, inChannels, outChannels }, scale) =>
      Math.round(least + scale * (most - least)) * (outChannels * kernel[0] + inChannels * kernel[1]),
  });
  const reached = (method: LayerMethod, budget: number) => planned(blueprint, method, budget).ratio;

  test.each([
    ['below', ranked(15, 20), 0.25, 'at rank 1'],
    ['above', ranked(1, 5), 0.25, 'at rank scale 1'],
  ])('%s is refused, and the nearest one that is named is reached', (side, method, budget, place) => {
    const refusal = (wanted: number): string => {
      try {
        return String(reached(method, wanted));
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        return (error as Error).message;
      }
    };
    expect(refusal(budget)).toContain(
      `budget 0.25 is ${side} what resnet-8 keeps ${place}; the nearest budget that it reaches is `,
    );
    const nearest = Number(refusal(budget).split(' ').at(-1));
    expect(Math.abs(Number(refusal(nearest)) - nearest)).toBeLessThan(2e-6);
    const further = side === 'below' ? nearest - 2e-6 : nearest + 2e-6;
    expect(refusal(further)).toContain(String(nearest));
  });

  test('is not looked for where parameters fall as the rank scale grows', () => {
    const falling: LayerMethod = { ...lowRank, parameters: (_, scale) => (scale > 0.55 ? 8 : 9) };
    expect(() => reached(falling, 0.25)).toThrow('method low-rank: its parameters fall from rank scale 0.5 to 0.6');
  });
});

describe('a budget beyond the dense network', () => {
  const network = sizedNetwork(resnet(32, 16));

  test.each([
    [2.04, 1],
    [6.11, 3],
    [18.3, 9],
  ])('of %d is reached by low-rank layers near the published rank scale %d', (amount, published) => {
    const { scale, ratio } = planBudget(network, lowRank, { amount, unit: 'parameters' });
    expect(scale / published).toBeCloseTo(1, 2);
    expect(ratio).toBe(closedForm(32, 16, scale) / closedForm(32, 16, null));
    expect(ratio / amount).toBeCloseTo(1, 2);
  });

  test('is refused by a method that has no larger rank scale, with the nearest one that is reached', () => {
    const bounded = { ...lowRank, largestScale: 3 };
    const most = closedForm(32, 16, 3) / closedForm(32, 16, null);
    const refused = () => planBudget(network, bounded, { amount: 7, unit: 'parameters' });
    expect(refused).toThrow(UsageError);
    const nearest = Math.floor(most * 1e6) / 1e6;
    expect(refused).toThrow(
      `above what resnet-32 keeps at rank scale 3; the nearest budget that it reaches is ${nearest}`,
    );
    expect(planBudget(network, bounded, { amount: nearest, unit: 'parameters' }).ratio).toBeCloseTo(most, 2);
  });

  test('is refused where parameters stop to grow', () => {
    const capped = {
      ...lowRank,
      parameters: (shape: ConvShape, scale: number) => lowRank.parameters(shape, Math.min(scale, 1)),
    };
    expect(() => planBudget(network, capped, { amount: 3, unit: 'parameters' })).toThrow('keeps at rank scale 1;');
  });
});

describe('a budget that is a rank scale', () => {
  const network = sizedNetwork(resnet(20, 16));
  const planAt = (method: Method, amount: number) => planBudget(network, method, { amount, unit: 'rank-scale' });

  test.each([0.1, 1, 1.5])('of %d is taken as it is', (amount) => {
    const ratio = closedForm(20, 16, amount) / closedForm(20, 16, null);
    expect(planAt(lowRank, amount)).toMatchObject({ scale: amount, ratio, keep: null });
  });

  test('above the largest of a method is refused', () => {
    expect(() => planAt(methodOf('tucker-2'), 1.5)).toThrow(UsageError);
    expect(() => planAt(methodOf('tucker-2'), 1.5)).toThrow('rank scale 1.5 is above 1, the largest that it has');
  });

  test('means to a sparse method as many parameters as the low-rank method has there', () => {
    const plan = planAt(methodOf('set'), 0.1);
    const parameters = closedForm(20, 16, 0.1);
    expect(plan.ratio).toBe(parameters / closedForm(20, 16, null));
    expect(plan.keep).toBe(parameters - (closedForm(20, 16, null) - totalWeights(network)));
    expect(() => planAt(methodOf('set'), 1)).toThrow(UsageError);
    expect(() => planAt(methodOf('set'), 1)).toThrow(/is more than the \d+ parameters of resnet-20.*reaches is 1$/);
  });
});
