import { isSearch, type NasiConfig, type NasiDatasetSpec, parsedArchitecture } from '../../spec/nasi.ts';
import { overheadSeconds } from '../estimate.ts';
import type { Outline } from '../kind.ts';
import { graphOf, macsOf, type Sizes, supernetOf } from './graph.ts';

/** Multiply-accumulates a second in float64, and on the engine; and the engine's fixed time a step. Measured, one core. */
const macsPerSecond = { float64: 4e8, engine: 4e9 };
const stepSeconds = 1.5e-3;
/** A forward and a backward pass over a forward pass. */
const bothPasses = 3;
/** Gradients that a sample of the architecture takes. */
const gradientsPerSample = 3;

/** What is known of a cell before it runs: of a search, not what it will find. */
export function outlineNasiCell(config: NasiConfig): Outline {
  const { training, dataset, model } = config;
  const sizes = sizesOf(dataset);
  const steps = training.epochs * Math.ceil(dataset.trainExamples / training.batchSize);
  const evaluated = training.epochs * (dataset.validationExamples + dataset.testExamples);
  const trainingOf = (macs: number) =>
    steps * stepSeconds + ((bothPasses * steps * training.batchSize + evaluated) * macs) / macsPerSecond.engine;
  if (isSearch(config)) {
    const { search } = config;
    const macs = macsOf(supernetOf(model, search.width, sizes));
    const searching =
      (search.samples * gradientsPerSample * search.examples * bothPasses * macs) / macsPerSecond.float64;
    return { ratio: null, parameters: null, estimatedSeconds: overheadSeconds + searching + trainingOf(macs) };
  }
  const { choices, width } = parsedArchitecture(config.architecture);
  const graph = graphOf(model, choices, width, sizes);
  const macs = macsOf(graph);
  const { examples, exactExamples, inits } = config.scoring;
  // Exact traces on two inputs, a backward pass for each output; gradients on three.
  const passes = 2 * exactExamples * (1 + 2 * sizes.outputs) + 3 * examples * bothPasses;
  const estimatedSeconds = overheadSeconds + (inits * passes * macs) / macsPerSecond.float64 + trainingOf(macs);
  return { ratio: null, parameters: graph.parameters, estimatedSeconds };
}

function sizesOf(dataset: NasiDatasetSpec): Sizes {
  if (dataset.name === 'mixture') return { side: 1, channels: dataset.dimension, outputs: dataset.classes };
  // All sets of images of this kind have ten classes, in colour.
  return { side: dataset.side, channels: 3, outputs: 10 };
}
