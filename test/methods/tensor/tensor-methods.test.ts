import { describe, expect, test } from 'vitest';
import { planBudget } from '../../../harness/budget/budget.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { UsageError } from '../../../harness/errors.ts';
import { depthwiseWeight, pointwiseWeight } from '../../../harness/init/pointwise-weight.ts';
import { weightsDigest } from '../../../harness/measure/weights.ts';
import { methodOf, methods } from '../../../harness/methods/registry.ts';
import { cpFormat } from '../../../harness/methods/tensor/cp.ts';
import { foldedPointwise } from '../../../harness/methods/tensor/folded-pointwise.ts';
import type { CompressibleLayer } from '../../../harness/nn/layer.ts';
import type { LayerMethod } from '../../../harness/nn/layer-method.ts';
import { buildNetwork } from '../../../harness/nn/network.ts';
import { streamsOf } from '../../../harness/random.ts';
import { decayTerms } from '../../../harness/regularize/decay.ts';
import { decayOf } from '../../../harness/regularize/regularizer.ts';
import { type ConvShape, totalParameters } from '../../../harness/shape/blueprint.ts';
import { resnetBlueprint } from '../../../harness/shape/resnet.ts';
import { sizedNetwork } from '../../../harness/shape/sized-network.ts';
import { wideResnetBlueprint } from '../../../harness/shape/wide-resnet.ts';
import type { InitName, RegularizerName } from '../../../harness/spec/words.ts';
import { ndArray } from '../../../harness/tensor/nd-array.ts';
import { imageTrainingStep } from '../../../harness/train/image-steps.ts';
import { convShape, filterOf, inference } from '../../helpers/conv-layers.ts';
import { expectClose, tensorOf, valuesOf } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import {
  at,
  convolution,
  filled,
  halfSquare,
  map,
  randomValues,
  type Values,
  values,
} from '../../helpers/reference.ts';
import {
  cpTensor,
  kroneckerMatrix,
  ringTensor,
  tuckerTensor,
  tuckerTrainTensor,
} from '../../helpers/tensor-formats.ts';
import { tinyTraining } from '../../helpers/tiny-training.ts';

/** Every method that knows how to draw cores. */
const tensorMethods = methods.filter(
  (method): method is LayerMethod => method.kind === 'layer' && method.inits?.includes('iid') === true,
);

const streams = streamsOf('tensor-methods', 0);
const inits = ['default', 'spectral', 'iid'] as const;

/** The pointwise matrix [out, in], composed entry by entry. */
const composed: Record<string, (cores: readonly Values[]) => Values> = {
  'tensor-train': ringTensor,
  tucker: tuckerTensor,
  'tucker-tt-core': tuckerTrainTensor,
  cp: cpTensor,
  'tensor-ring': ringTensor,
  kronecker: kroneckerMatrix,
};

/** The cores, the depthwise kernel and the filter [k1, k2, in, out] that a layer stands for. */
function partsOf(name: string, layer: CompressibleLayer, { inChannels, outChannels }: ConvShape) {
  const all = layer.variables.map(({ value }) => valuesOf(value));
  const [cores, depthwise] = [all.slice(0, -1), all.at(-1)!];
  const pointwise = values([outChannels, inChannels], composed[name]!(cores).data);
  return { cores, depthwise, pointwise, filter: filterFrom(depthwise, pointwise) };
}

function filterFrom(depthwise: Values, pointwise: Values): Values {
  const [k1, k2, inChannels] = depthwise.shape as [number, number, number];
  return filled([k1, k2, inChannels, pointwise.shape[0]!], ([a, b, i, o]) => {
    return at(depthwise, a!, b!, i!, 0) * at(pointwise, o!, i!);
  });
}

test('the methods are those of the paper and of section 5 of its analogs', () => {
  expect(tensorMethods.map(({ name }) => name).sort()).toEqual(Object.keys(composed).sort());
});

describe.each(tensorMethods)('a layer of $name', (method) => {
  const shape = convShape({ inChannels: 8, outChannels: 16, stride: 2 });

  test.each(inits)('is the dense convolution of its matrix: %s', (init) => {
    for (const stride of [1, 2]) {
      const layer = method.build({ ...shape, stride }, 0.5, init, streams);
      const { filter } = partsOf(method.name, layer, shape);
      expectClose(filterOf(valuesOf(layer.matrix()), shape), filter);
      for (const size of [
        [6, 8],
        [7, 5],
      ]) {
        const x = randomValues('x', [2, ...size, 8]);
        expectClose(layer.apply(tensorOf(x), inference), convolution(x, filter, [stride, stride]));
      }
    }
  });

  test.each([0, 0.3, 0.7, 1])('has as many parameters as counted, cores first, at scale %d', (scale) => {
    for (const init of inits) {
      const { variables } = method.build(shape, scale, init, streams);
      expect(variables.map(({ role }) => role)).toEqual([...variables.slice(1).map(() => 'factor'), 'weight']);
      expect(variables.at(-1)!.value.shape).toEqual([3, 3, 8, 1]);
      expect(variables.reduce((sum, { size }) => sum + size, 0)).toBe(method.parameters(shape, scale));
    }
  });

  test('at full rank is the draw that it decomposes', () => {
    const even = convShape({ inChannels: 8, outChannels: 8 });
    for (const [init, drawn] of [
      ['default', 'uniform'],
      ['spectral', 'normal'],
    ] as const) {
      const layer = method.build(even, 1, init, streams);
      const [depthwise, pointwise] = [depthwiseWeight(even, streams), pointwiseWeight(even, drawn, streams)];
      const filter = filterFrom(values([3, 3, 8, 1], depthwise), values([8, 8], pointwise));
      expectClose(filterOf(valuesOf(layer.matrix()), even), filter, 1e-5);
      expect(layer.warnings).toEqual([]);
    }
  });

  test('has parameters that do not fall as the scale grows', () => {
    for (const [inChannels, outChannels] of [
      [16, 16],
      [16, 32],
      [37, 30],
      [160, 320],
    ] as const) {
      const large = convShape({ inChannels, outChannels });
      const counts = Array.from({ length: 201 }, (_, i) => method.parameters(large, i / 200));
      expect(counts.every((count, i) => i === 0 || count >= counts[i - 1]!)).toBe(true);
    }
  });

  test('has cores of equal norms after spectral initialization, and other draws than by default', () => {
    const norms = method
      .build(shape, 0.5, 'spectral', streams)
      .variables.slice(0, -1)
      .map(({ value }) => Math.sqrt(2 * halfSquare(valuesOf(value))));
    for (const norm of norms) expect(norm / norms[0]!).toBeCloseTo(1, 5);
  });

  test('decays its pointwise tensor by Frobenius decay, and its kernel by weight decay', () => {
    const layer = method.build(shape, 0.5, 'iid', streams);
    const model = { variables: layer.variables, compressed: [layer] };
    const { cores, depthwise } = partsOf(method.name, layer, shape);
    const decay = decayTerms(
      model.variables,
      decayOf(model.compressed, { regularizer: 'frobenius-decay', lambda: 0.5, ratio: 1 }),
    ).gradient;
    expect(decay.size).toBe(cores.length + 1);
    cores.forEach((core, k) => {
      const penalty = (moved: Values) => {
        return 0.5 * halfSquare(composed[method.name]!(cores.map((other, j) => (j === k ? moved : other))));
      };
      expectClose(decay.get(layer.variables[k]!)!, finiteDifferences(penalty, core), 2e-5);
    });
    expectClose(
      decay.get(layer.variables.at(-1)!)!,
      map(depthwise, (value) => value / 2),
    );
  });

  test('decays cores by λ·ratio under crs, its kernel by λ', () => {
    const layer = method.build(shape, 0.5, 'default', streams);
    const model = { variables: layer.variables, compressed: [layer] };
    const decay = decayTerms(
      model.variables,
      decayOf(model.compressed, { regularizer: 'crs', lambda: 0.5, ratio: 0.25 }),
    ).gradient;
    layer.variables.forEach((variable, k) => {
      const by = k === layer.variables.length - 1 ? 0.5 : 0.125;
      expect(valuesOf(decay.get(variable)!)).toEqual(map(valuesOf(variable.value), (value) => value * by));
    });
  });

  test('draws independent cores whose product has the variance 2/out', () => {
    const wide = convShape({ inChannels: 16, outChannels: 16 });
    const squares = Array.from({ length: 60 }, (_, seed) => {
      const layer = method.build(wide, 0.6, 'iid', streamsOf('variance', seed));
      return (2 * halfSquare(partsOf(method.name, layer, wide).pointwise)) / 256;
    });
    const mean = squares.reduce((sum, square) => sum + square, 0) / squares.length;
    const spread = Math.sqrt(squares.reduce((sum, square) => sum + (square - mean) ** 2, 0) / 59);
    expect(Math.abs(mean - 2 / 16)).toBeLessThan((4 * spread) / Math.sqrt(60));
    // A path count that leaves out a rank is off by a factor of 2 at least, which four such errors do not hide.
    expect(spread / Math.sqrt(60)).toBeLessThan(0.16 * (2 / 16));
  });

  test('leaves a 1 x 1 convolution dense', () => {
    const projection = convShape({ inChannels: 8, outChannels: 16, kernel: [1, 1] });
    const layer = method.build(projection, 0.5, 'iid', streams);
    expect(layer.variables.map(({ role, size }) => [role, size])).toEqual([['weight', 128]]);
    expect(method.parameters(projection, 0.5)).toBe(128);
    expect(method.macs(projection, 0.5)).toBe(128 * 36);
    expect(layer.frobeniusGradients()).toBeNull();
  });

  test('is the same twice, to the bit, and leaves no tensors but its variables', () => {
    for (const init of inits) {
      const before = tf.memory().numTensors;
      const layers = [0, 1].map(() => method.build(shape, 0.5, init, streams));
      expect(tf.memory().numTensors - before).toBe(2 * layers[0]!.variables.length);
      expect(weightsDigest(layers[0]!.variables)).toBe(weightsDigest(layers[1]!.variables));
    }
  });

  test('refuses a rank scale above 1, naming the layer', () => {
    expect(() => method.parameters(shape, 1.5)).toThrow(UsageError);
    expect(() => method.build(shape, 1.5, 'iid', streams)).toThrow(
      `method ${method.name}, layer layer.conv: rank scale 1.5 asks for ranks above those of its 16 x 8 pointwise ` +
        'matrix',
    );
  });
});

describe('parameters of WRN-28-10', () => {
  const blueprint = wideResnetBlueprint({ depth: 28, widen: 10, classes: 10, size: 32, inputChannels: 3 });

  test.each([
    ['tensor-train', 0.234, 607_160, 0.01664],
    ['tensor-train', 0.705, 2_434_702, 0.06674],
    ['tucker-tt-core', 0.211, 608_501, 0.01668],
    ['tucker-tt-core', 0.68, 2_444_223, 0.067],
    ['tucker', 0.211, 442_918, 0.01214],
    ['tucker', 0.68, 1_767_376, 0.04845],
    ['low-rank', 0.00757, 610_282, 0.01673],
    ['low-rank', 0.03198, 2_435_034, 0.06675],
  ])('%s at rank scale %d: %d', (name, scale, count, ratio) => {
    const method = methodOf(name) as LayerMethod;
    const parameters = totalParameters(blueprint, (shape) => method.parameters(shape, scale));
    expect(parameters).toBe(count);
    expect(totalParameters(blueprint)).toBe(36_479_194);
    expect(parameters / 36_479_194).toBeCloseTo(ratio, 5);
  });
});

describe('what does not go as asked', () => {
  test('alternating least squares that ends before it converges is a warning, which a cell records', () => {
    const { decompose, plan } = cpFormat({ maxSweeps: 2, tolerance: 0 });
    const corePlan = plan(8, 8, 0.5);
    const tensor = ndArray(
      corePlan.dims,
      pointwiseWeight(convShape({ inChannels: 8, outChannels: 8 }), 'normal', streams),
    );
    const { warning } = decompose(tensor, corePlan, streams('columns'));
    expect(warning).toMatch(/^alternating least squares had not converged after 2 sweeps \(relative error 0\.\d{3}\)$/);
    const converging = cpFormat({ maxSweeps: 100, tolerance: 0.5 }).decompose(tensor, corePlan, streams('columns'));
    expect(converging.warning).toBeUndefined();
  });

  const foldable = tensorMethods.filter(({ name }) => name !== 'kronecker');

  test.each(foldable)('$name refuses a matrix that does not fold, naming layer and remedy', (method) => {
    const flat = convShape({ inChannels: 7, outChannels: 2 });
    expect(() => method.parameters(flat, 0.5)).toThrow(UsageError);
    expect(() => method.parameters(flat, 0.5)).toThrow(
      /layer layer\.conv: a 2 x 7 pointwise matrix does not fold .*; use channel counts with more divisors/,
    );
  });

  test('ranks of a ring that the rounded first one does not reach are cut, with a warning', () => {
    const ring = methodOf('tensor-ring') as LayerMethod;
    const blueprint = resnetBlueprint({ depth: 8, width: 8, classes: 10, size: 32, inputChannels: 3 });
    for (const budget of [0.16, 0.18]) {
      const { scale, ratio } = planBudget(sizedNetwork(blueprint), ring, { amount: budget, unit: 'parameters' });
      for (const init of inits) {
        const network = buildNetwork(blueprint, { method: ring, scale, init }, streams);
        const warnings = network.compressed.flatMap((layer) => layer.warnings ?? []);
        expect(warnings.length).toBeGreaterThan(0);
        for (const warning of warnings) {
          expect(warning).toMatch(/^method tensor-ring, layer \S+: ranks \d+, \d+, \d+ are cut to .*, the most here$/);
        }
        const trained = network.variables.filter(({ role }) => role !== 'statistic');
        expect(trained.reduce((sum, { size }) => sum + size, 0)).toBe(Math.round(ratio * totalParameters(blueprint)));
      }
    }
  });

  test('what a decomposition throws names method and layer', () => {
    const failing = foldedPointwise({
      ...cpFormat({ maxSweeps: 1, tolerance: 0 }),
      decompose: () => {
        throw new RangeError('rank 9 of a 4 x 4 matrix');
      },
    });
    const shape = convShape({ inChannels: 8, outChannels: 8 });
    expect(() => failing.build(shape, 0.5, 'spectral', streams)).toThrow(
      'method cp, layer layer.conv: rank 9 of a 4 x 4 matrix',
    );
  });

  test.each(tensorMethods)('$name refuses an even kernel in planning, naming the layer', (method) => {
    const even = convShape({ inChannels: 8, outChannels: 8, kernel: [3, 2] });
    const count = () => method.parameters(even, 0.5);
    expect(count).toThrow(UsageError);
    expect(count).toThrow(`method ${method.name}, layer layer.conv: a 3 x 2 kernel has no centre`);
  });

  test('ranks of Tucker that the other ranks do not reach are cut, with a warning', () => {
    const odd = convShape({ inChannels: 37, outChannels: 30 });
    // Dims 10 x 37 x 3: ranks 1, 5, 1 are asked, and S_2 is at most S_1·d_3 = 3.
    for (const name of ['tucker', 'tucker-tt-core']) {
      const layer = (methodOf(name) as LayerMethod).build(odd, 0.14, 'default', streams);
      expect(layer.warnings).toEqual([
        `method ${name}, layer layer.conv: ranks 1, 5, 1 are cut to 1, 3, 1, the most here`,
      ]);
    }
  });
});

describe.each(tensorMethods)('$name', (method) => {
  const make = (init: InitName, regularizer: RegularizerName) => {
    const blueprint = wideResnetBlueprint({ depth: 10, widen: 1, classes: 3, size: 8, inputChannels: 3 });
    const model = buildNetwork(blueprint, { method, scale: 0.4, init }, streamsOf('tiny-tensor', 0));
    return { model, step: imageTrainingStep(model, tinyTraining, regularizer) };
  };

  test.each([
    ['default', 'weight-decay'],
    ['spectral', 'frobenius-decay'],
    ['iid', 'crs'],
  ] as const)('trains a network by replay with the bits of eager steps: %s, %s', (init, regularizer) => {
    const [eager, replayed] = [make(init, regularizer), make(init, regularizer)];
    expect(weightsDigest(eager.model.variables)).toBe(weightsDigest(replayed.model.variables));
    const before = weightsDigest(eager.model.variables);
    for (const [index, size] of [8, 8, 5].entries()) {
      const feeds = {
        images: tensorOf(randomValues(`images/${index}`, [size, 8, 8, 3])),
        labels: tf.tensor1d(
          Int32Array.from({ length: size }, (_, i) => i % 3),
          'int32',
        ),
        learningRate: tf.scalar(0.1),
      };
      const losses = [eager.step.runEagerly(feeds), replayed.step.run(feeds)].map(({ loss }) => loss.dataSync()[0]!);
      expect(losses[1]).toBe(losses[0]);
    }
    expect(weightsDigest(replayed.step.variables)).toBe(weightsDigest(eager.step.variables));
    expect(weightsDigest(eager.model.variables)).not.toBe(before);
    replayed.step.dispose();
  });
});
