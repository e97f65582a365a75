import { describe, expect, it } from 'vitest';
import { valueAndGradients } from '../../../harness/engine/gradients.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { streamsOf } from '../../../harness/random.ts';
import { regimeNames, targetNames } from '../../../harness/spec/lazy-training.ts';
import { descent } from '../../../harness/tasks/lazy-training/descent.ts';
import { drawExamples, drawFeatures, drawTarget } from '../../../harness/tasks/lazy-training/draws.ts';
import { networkOf } from '../../../harness/tasks/lazy-training/minibatch.ts';
import { optimumOf } from '../../../harness/tasks/lazy-training/optimum.ts';
import { regimeOf } from '../../../harness/tasks/lazy-training/regime.ts';
import { sampledRisk } from '../../../harness/tasks/lazy-training/sampled.ts';
import { traceOf } from '../../../harness/tasks/lazy-training/target.ts';
import { type NdArray, ndArray } from '../../../harness/tensor/nd-array.ts';
import { expectClose } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { randomValues } from '../../helpers/reference.ts';

const [d, width] = [6, 4];
const cases = regimeNames.flatMap((regime) => targetNames.map((target) => ({ regime, target })));

describe.each(cases)('$regime of $target', ({ regime: name, target: targetName }) => {
  const streams = streamsOf(`test/${name}`, 1);
  const target = drawTarget(targetName, d, streams);
  const features = drawFeatures(width, d, streams);
  const regime = regimeOf(name, features, target);
  const theta = ndArray(regime.shape, randomValues('theta', regime.shape).data);
  const riskOf = (at: NdArray) => {
    const form = regime.form(at);
    return target.risk(form, -traceOf(form));
  };

  it('computes its quadratic form', () => {
    const form = regime.form(theta).data;
    const x = randomValues('x', [7, d]).data;
    const outputs = regime.outputs(theta, ndArray([7, d], x));
    outputs.forEach((output, n) => {
      let expected = 0;
      for (let k = 0; k < d; k++) {
        for (let l = 0; l < d; l++) {
          expect(form[k * d + l]).toBeCloseTo(form[l * d + k]!, 12);
          expected += x[n * d + k]! * form[k * d + l]! * x[n * d + l]!;
        }
      }
      expect(output).toBeCloseTo(expected, 10);
    });
  });

  it('has the gradient of its risk, by finite differences', () => {
    const gradient = regime.chain(theta, target.riskGradient(regime.form(theta)));
    expectClose(
      gradient,
      finiteDifferences((at) => riskOf(ndArray(regime.shape, at.data)), theta),
      1e-7,
    );
  });

  it('has the risk that examples say, at any offset', () => {
    const fitted = {
      theta: ndArray(
        regime.shape,
        theta.data.map((value) => 0.1 * value),
      ),
      offset: 0.3,
    };
    const { risk, standardError } = sampledRisk(fitted, regime, target, 5000, streams('examples'));
    const exact = target.risk(regime.form(fitted.theta), fitted.offset) / target.constantRisk;
    expect(Math.abs(risk - exact)).toBeLessThan(5 * standardError);
    expect(standardError).toBeLessThan(0.1 * exact);
  });

  it('has on the engine the loss and gradient of its float64 outputs', () => {
    const before = tf.memory().numTensors;
    const network = networkOf(regime, features);
    network.variables[0]!.assign(tf.tensor(Float32Array.from(theta.data), [...regime.shape]));
    network.variables[1]!.assign(tf.tensor1d([0.2]));
    const { x, y } = drawExamples(target, 16, streams('batch'));
    const lossAt = (at: NdArray) => {
      const outputs = regime.outputs(at, ndArray([16, d], x));
      return outputs.reduce((sum, output, n) => sum + (y[n]! - output - 0.2) ** 2, 0) / 16;
    };
    const feeds = { x: tf.tensor2d(x, [16, d]), y: tf.tensor1d(y) };
    const trained = network.variables.slice(0, 2);
    const { value, gradients } = valueAndGradients(() => network.loss(feeds).loss, trained);
    expect(value.dataSync()[0]!).toBeCloseTo(lossAt(network.theta()), 3);
    const expected = finiteDifferences((at) => lossAt(ndArray(regime.shape, at.data)), network.theta());
    expectClose(gradients[0]!, expected, 1e-4);
    expect(network.offset()).toBeCloseTo(0.2, 6);
    tf.dispose([value, ...gradients, ...Object.values(feeds)]);
    for (const variable of network.step.variables) variable.dispose();
    // Eagerly, scalars of a loss are the caller's to free.
    expect(tf.memory().numTensors - before).toBeLessThan(8);
  });

  it('descends to the least risk', () => {
    const best = target.leastRisk(optimumOf(name, features, target).captured);
    const settings = { learningRate: 0.04 * target.constantRisk, momentum: 0.9, steps: 4000 };
    const risks = Array.from(descent(regime, target, settings), ({ risk }) => risk);
    expect(risks[0]).toBeGreaterThan(best + 0.01);
    expect(risks.at(-1)).toBeCloseTo(best, 8);
    expect(Math.min(...risks)).toBeGreaterThan(best - 1e-12);
  });
});
