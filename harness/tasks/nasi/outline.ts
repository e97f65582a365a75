import { isSearch, type NasiConfig, type NasiDatasetSpec, parsedArchitecture } from '../../spec/nasi.ts';
import { plainStartSeconds, plainWorkerBytes } from '../estimate.ts';
import type { Outline } from '../kind.ts';
import { graphOf, macsOf, type Sizes, supernetOf } from './graph.ts';

/** Multiply-accumulates a second in float64, measured on the reference machine. */
const macsPerSecond = 4e8;
/** Operations that a training step begins, by the 1.5 ms that it takes beside its products. */
const operations = 190;
/** Small products move their operands: by 4e9 multiply-accumulates a second on the engine, measured. */
const bytesPerMac = 2.1;
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
  const outlineOf = (parameters: number | null, macs: number, scoringSeconds: number): Outline => {
    const all = (bothPasses * steps * training.batchSize + evaluated) * macs;
    const engine = { flops: 2 * all, bytes: bytesPerMac * all, operations: steps * operations };
    const cost = { ...engine, scalarSeconds: plainStartSeconds + scoringSeconds, memoryBytes: plainWorkerBytes };
    return { ratio: null, parameters, cost };
  };
  if (isSearch(config)) {
    const { search } = config;
    const macs = macsOf(supernetOf(model, search.width, sizes));
    const searching = (search.samples * gradientsPerSample * search.examples * bothPasses * macs) / macsPerSecond;
    return outlineOf(null, macs, searching);
  }
  const { choices, width } = parsedArchitecture(config.architecture);
  const graph = graphOf(model, choices, width, sizes);
  const macs = macsOf(graph);
  const { examples, exactExamples, inits } = config.scoring;
  // Exact traces on two inputs, a backward pass for each output; gradients on three.
  const passes = 2 * exactExamples * (1 + 2 * sizes.outputs) + 3 * examples * bothPasses;
  return outlineOf(graph.parameters, macs, (inits * passes * macs) / macsPerSecond);
}

function sizesOf(dataset: NasiDatasetSpec): Sizes {
  if (dataset.name === 'mixture') return { side: 1, channels: dataset.dimension, outputs: dataset.classes };
  // All sets of images of this kind have ten classes, in colour.
  return { side: dataset.side, channels: 3, outputs: 10 };
}
