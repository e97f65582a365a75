import { examplesRefusal, loadBinaryExamples } from '../../data/binary/binary-examples.ts';
import { mnist } from '../../data/binary/mnist.ts';
import { stackParameters } from '../../shape/autoencoder.ts';
import { type AmortizedConfig, amortizedInference as words } from '../../spec/amortized-inference.ts';
import { denseReference } from '../dense-reference.ts';
import { plainStartSeconds, plainWorkerBytes } from '../estimate.ts';
import type { Kind } from '../kind.ts';
import { limitedExamples } from '../limited-examples.ts';
import { methodFor } from '../task.ts';
import { autoencoderRefusal, buildsAutoencoders, planAutoencoder } from './network.ts';
import { drawsOf } from './objective.ts';

/** Amortized inference. */
export const amortizedInference: Kind<AmortizedConfig> = {
  task: words.task,
  outline(config, method) {
    const { budget, dense } = planAutoencoder(config, methodFor(config, method));
    const { training, estimate, dataset, objective } = config;
    const { steps, batchSize, validateEvery } = training;
    // Forward and backward are three forward passes; a sample of z costs about what the whole network does.
    const trained = 3 * steps * batchSize * drawsOf(objective);
    const validated = Math.ceil(steps / validateEvery) * dataset.validationExamples * estimate.validationSamples;
    const concluded = 2 * (estimate.trainExamples + dataset.testExamples) * estimate.samples;
    const parameters = stackParameters([...dense.encoder, ...dense.decoder]);
    const macs = (trained + validated + concluded) * budget.passMacs;
    return {
      ratio: budget.ratio,
      parameters: Math.round(budget.ratio * parameters),
      cost: {
        flops: 2 * macs,
        bytes: bytesPerMac * macs,
        operations: steps * operations,
        scalarSeconds: plainStartSeconds + checkedSeconds,
        memoryBytes: plainWorkerBytes,
      },
    };
  },
  accepts: buildsAutoencoders,
  refusal: (config, method) => autoencoderRefusal(config, methodFor(config, method)),
  examplesRefusal: ({ dataset }) =>
    dataset.name === 'generated-binary' ? null : examplesRefusal(dataset, mnist.examples!),
  limited({ dataset, training, estimate }, most) {
    const own = limitedExamples(dataset, { train: dataset.trainExamples, test: dataset.testExamples }, most);
    if (Object.keys(own).length === 0) return own;
    return {
      ...own,
      'training.batchSize': Math.min(training.batchSize, most),
      'estimate.trainExamples': Math.min(estimate.trainExamples, most),
    };
  },
  tiny: { limit: 20, set: { 'training.steps': 4 } },
  batchOf: ({ training }) => training.batchSize,
  dataDigest: async ({ dataset }, dataDir) => (await loadBinaryExamples(dataset, dataDir)).digest,
  reference: (config) => ({ ...denseReference(config), objective: { name: 'vae' } }),
  load: async () => (await import('./task.ts')).amortizedTask,
};

/** Seconds of the likelihoods in float64 that the engine's are held against. */
const checkedSeconds = 0.9;
/** Operations that a training step begins, by the 1 ms that it takes beside its products. */
const operations = 125;
/** Small products move their operands: by 5e9 multiply-accumulates a second, measured. */
const bytesPerMac = 1.7;
