import {
  architecturesOf,
  type InputName,
  type NasiArmSpec,
  type NasiDatasetSpec,
  type NasiExperimentSpec,
  type SpaceSpec,
} from '../harness/spec/nasi.ts';
import type { SuiteSpec } from '../harness/spec/suite.ts';

/**
 * Architecture search at initialization: what the trace of the neural tangent kernel says of an architecture before it
 * is trained, whether labels and data matter to it, and what it finds (Shu et al. 2022).
 */

const perceptrons = { name: 'mlp', layers: 4 } as const;
const smallCells = { name: 'conv-cell', nodes: 3, cells: 1 } as const;
const benchCells = { name: 'conv-cell', nodes: 4, cells: 3 } as const;

/** A number that shares no factor with those of the spaces, so that its multiples meet all letters at all places. */
const stride = 101;

/** Some architectures of a space from a place on, the widths in turn. */
const some = (space: SpaceSpec, count: number, widths: readonly number[], from = 0): string[] => {
  const all = architecturesOf(space);
  return Array.from(
    { length: count },
    (_, i) => `${all[((from + i) * stride) % all.length]}-${widths[i % widths.length]}`,
  );
};

const trained = (architecture: string[]): NasiArmSpec => ({ method: 'architecture', factors: { architecture } });

const searched = (method: 'nasi-fix' | 'nasi-ada', search_input: InputName[]): NasiArmSpec => ({
  method,
  factors: { search_input },
});

const everyInput: InputName[] = ['true', 'random-labels', 'random-data'];

/** Every search that the paper compares. */
const allSearches = [searched('nasi-fix', everyInput), searched('nasi-ada', everyInput)];

type Own = Omit<NasiExperimentSpec, 'task' | 'models' | 'dataset' | 'fallbackDataset'>;

const mixture = (own: Own): NasiExperimentSpec => ({
  task: 'nasi',
  models: [perceptrons],
  dataset: {
    name: 'mixture',
    dimension: 64,
    classes: 4,
    trainExamples: 640,
    validationExamples: 500,
    testExamples: 1000,
  },
  fallbackDataset: null,
  ...own,
});

/** The same cells on images of two kinds: photographs, for which generated textures stand in, and shifted patterns. */
const images = (
  space: SpaceSpec,
  parts: Pick<NasiDatasetSpec, 'trainExamples' | 'validationExamples' | 'testExamples'>,
  own: Own,
): NasiExperimentSpec[] => [
  {
    task: 'nasi',
    models: [space],
    dataset: { name: 'cifar-10', side: 16, ...parts },
    fallbackDataset: { name: 'generated', side: 16, ...parts },
    ...own,
  },
  {
    task: 'nasi',
    models: [space],
    dataset: { name: 'templates', side: 16, ...parts },
    fallbackDataset: null,
    ...own,
  },
];

const published = { temperature: 1, mu: 2, samples: 100 };
const perceptronTraining = { batchSize: 32, learningRate: 0.05, momentum: 0.9 };
const cellTraining = { batchSize: 32, learningRate: 1, momentum: 0.9 };

export const nasi: SuiteSpec<NasiExperimentSpec> = {
  name: 'nasi',
  title: 'Architecture search at initialization',
  description:
    'What does the trace of the neural tangent kernel tell of an architecture before it is trained? Scores by three ' +
    'estimators, with true and random labels and with random data, against trained accuracy; and searches by them.',
  profiles: {
    smoke: {
      note:
        'A few architectures of both spaces, trained for 100 or 40 steps: scores, checks and searches are those ' +
        'of the other profiles, but correlations over so few architectures have wide intervals.',
      experiments: [
        mixture({
          scoring: { examples: 64, exactExamples: 16, inits: 2 },
          search: { ...published, samples: 20, width: 16, examples: 16, nu: 0.03 },
          training: { ...perceptronTraining, epochs: 5 },
          arms: [
            trained([...some(perceptrons, 7, [48]), ...some(perceptrons, 3, [12, 24], 7)]),
            searched('nasi-fix', ['true']),
          ],
        }),
        ...images(
          smallCells,
          { trainExamples: 320, validationExamples: 250, testExamples: 250 },
          {
            scoring: { examples: 32, exactExamples: 4, inits: 1 },
            search: { ...published, samples: 10, width: 4, examples: 8, nu: 0.015 },
            training: { ...cellTraining, epochs: 4 },
            arms: [trained(some(smallCells, 6, [4, 8])), searched('nasi-ada', ['true'])],
          },
        ),
      ],
      seeds: 1,
      margin: 0.05,
      timeLimitSeconds: 300,
    },
    nightly: {
      note:
        'A part of both spaces: 32 of 256 fully connected networks of width 48 and 4 of other widths, 10 cells with three ' +
        'nodes, on images of 16 pixels a side that 8 epochs learn in part.',
      experiments: [
        mixture({
          scoring: { examples: 64, exactExamples: 16, inits: 4 },
          search: { ...published, width: 48, examples: 64, nu: 0.03 },
          training: { ...perceptronTraining, epochs: 8 },
          arms: [
            trained([...some(perceptrons, 32, [48]), ...some(perceptrons, 4, [12, 24, 96], 32)]),
            searched('nasi-fix', everyInput),
            searched('nasi-ada', ['true']),
          ],
        }),
        ...images(
          smallCells,
          { trainExamples: 1000, validationExamples: 500, testExamples: 1000 },
          {
            scoring: { examples: 32, exactExamples: 8, inits: 2 },
            search: { ...published, width: 8, examples: 16, nu: 0.015 },
            training: { ...cellTraining, epochs: 8 },
            arms: [
              trained(some(smallCells, 10, [4, 8, 12])),
              searched('nasi-fix', everyInput),
              searched('nasi-ada', ['true']),
            ],
          },
        ),
      ],
      seeds: 3,
      margin: 0.03,
      timeLimitSeconds: 600,
    },
    paper: {
      note:
        'All 256 fully connected networks, and cells with the four nodes and six edges of NAS-Bench-201 on whole CIFAR-10, ' +
        'of which 200 are trained for 30 epochs. The authors search DARTS’ and NAS-Bench-1Shot1’s spaces, with batch ' +
        'normalization, and train for 600 epochs.',
      experiments: [
        mixture({
          scoring: { examples: 64, exactExamples: 64, inits: 4 },
          search: { ...published, width: 48, examples: 64, nu: 0.03 },
          training: { ...perceptronTraining, epochs: 8 },
          arms: [trained([...some(perceptrons, 256, [48]), ...some(perceptrons, 96, [12, 24, 96])]), ...allSearches],
        }),
        ...images(
          benchCells,
          { trainExamples: 45_000, validationExamples: 5000, testExamples: 10_000 },
          {
            scoring: { examples: 64, exactExamples: 8, inits: 4 },
            search: { ...published, width: 16, examples: 64, nu: 0.015 },
            training: { ...cellTraining, batchSize: 64, epochs: 30 },
            arms: [trained(some(benchCells, 200, [8, 16, 24])), ...allSearches],
          },
        ),
      ],
      seeds: 5,
      margin: 0.01,
      timeLimitSeconds: 100 * 3600,
    },
  },
};
