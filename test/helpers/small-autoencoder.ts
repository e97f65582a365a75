import { readFileSync } from 'node:fs';
import { tf } from '../../harness/engine/tensorflow.ts';
import { denseMatrices } from '../../harness/methods/dense-matrix.ts';
import { type Autoencoder, buildAutoencoder } from '../../harness/nn/autoencoder.ts';
import { streamsOf } from '../../harness/random.ts';
import { autoencoderBlueprint } from '../../harness/shape/autoencoder.ts';
import type { ObjectiveName, ObjectiveSpec } from '../../harness/spec/amortized-inference.ts';
import { drawsOf, type ExampleFeeds, sigmaOf } from '../../harness/tasks/amortized-inference/objective.ts';
import './engine.ts';

interface Layer {
  weight: number[];
  bias: number[];
}

interface Objectives {
  pixels: number;
  hidden: number;
  latent: number;
  share: number;
  bound: number;
  samples: number;
  encoder: Layer[];
  decoder: Layer[];
  x: number[];
  shifted: number[];
  noise: number[];
  values: Record<ObjectiveName, number>;
  gradients: Record<ObjectiveName, number[][]>;
  logLikelihoods: number[];
}

/** What make-fixtures.py of the tests of amortized inference computes with NumPy. */
export const numpy = JSON.parse(
  readFileSync(new URL('../tasks/amortized-inference/fixtures/objectives.json', import.meta.url), 'utf8'),
) as Objectives;

/** Rows of x. */
export const numpyRows = numpy.x.length / numpy.pixels;

/** The network of the fixture. */
export function smallAutoencoder(bound: number | null = null): Autoencoder {
  const { pixels, hidden, latent } = numpy;
  const sizes = { inputs: pixels, encoder: [hidden], latent, decoder: [hidden] };
  const model = buildAutoencoder(
    autoencoderBlueprint('small', sizes),
    { encoder: denseMatrices, decoder: denseMatrices, scale: 1, init: 'default', bound },
    streamsOf('small', 0),
  );
  const values = [...numpy.encoder, ...numpy.decoder].flatMap(({ weight, bias }) => [weight, bias]);
  model.variables.forEach((variable, index) => {
    variable.assign(tf.tensor(values[index]!, variable.value.shape));
  });
  return model;
}

/** The settings of each objective. */
export const numpyObjectives: Readonly<Record<ObjectiveName, ObjectiveSpec>> = {
  vae: { name: 'vae' },
  denoising: { name: 'denoising', sigma: 0.6 },
  mixed: { name: 'mixed', sigma: 0.6, share: numpy.share },
  'weight-bound': { name: 'weight-bound', bound: numpy.bound },
  'importance-weighted': { name: 'importance-weighted', samples: numpy.samples },
};

/** The fixture's batch as an objective takes it. */
export function numpyFeeds(objective: ObjectiveSpec): ExampleFeeds {
  const draws = drawsOf(objective);
  const { pixels, latent, x, shifted, noise } = numpy;
  const rows = draws * numpyRows;
  return {
    x: tf.tensor2d(x, [numpyRows, pixels]),
    ...(sigmaOf(objective) === null ? {} : { shifted: tf.tensor2d(shifted, [numpyRows, pixels]) }),
    noise: tf.tensor2d(noise.slice(0, rows * latent), [rows, latent]),
  };
}
