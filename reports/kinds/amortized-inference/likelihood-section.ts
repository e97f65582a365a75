import { seedsOf, seriesLabel } from '../../arms/arm-text.ts';
import { budgetOf, placeOf } from '../../arms/coordinates.ts';
import { type Column, type Section, table, text } from '../../render/document.ts';
import { orDash, whole } from '../../render/format.ts';
import { natsText } from '../estimates.ts';
import {
  type EstimatedArm,
  estimated,
  generationGap,
  type Stop,
  type StoppedValue,
  testInferenceGap,
  testLikelihood,
  trainInferenceGap,
  trainLikelihood,
} from './estimated-arms.ts';
import { noiseFigures } from './noise-figure.ts';

interface Row extends EstimatedArm {
  stop: Stop;
}

/** Likelihoods and gaps by both ways to stop; none without an estimated arm. */
export function likelihoodSection(arms: readonly EstimatedArm[]): Section | null {
  if (arms.length === 0) return null;
  const rows = (stop: Stop) => arms.map((arm): Row => ({ ...arm, stop }));
  return {
    heading: 'Log-likelihood and gaps',
    blocks: [
      text('After the fixed length, in nats:'),
      table(rows('fixed'), columns),
      text('Stopped early, at the step whose validation examples are the likeliest:'),
      table(rows('early'), columns),
      text(legend),
      ...noiseFigures(arms).map((figure) => ({ kind: 'figure' as const, figure })),
    ],
  };
}

const legend =
  'ln p(x): mean over examples of the bound by importance sampling with the encoder at x itself, by as many samples as ' +
  'the suite has. Inference gap: ln p(x) − ELBO, what the encoder lacks. Generation gap: ln p(x) of training examples − ' +
  'that of test examples, what the model lacks. Each training is stopped in both ways; the test examples choose ' +
  'nothing. ± is half of the 95 % interval of the mean over seeds (Student’s t); a single seed has none.';

const nats =
  (value: StoppedValue) =>
  ({ stop, ...arm }: Row) =>
    natsText(estimated(arm, stop, value));

const columns: Column<Row>[] = [
  { name: 'place', cell: ({ arm }) => placeOf(arm) },
  { name: 'arm', cell: ({ arm }) => seriesLabel(arm) },
  { name: 'budget', cell: ({ arm }) => orDash(budgetOf(arm), String), numeric: true },
  { name: 'n', cell: ({ arm }) => seedsOf(arm), numeric: true },
  {
    name: 'encoder’s parameters',
    cell: ({ details }) => whole([...details.values()][0]!.encoder_parameters),
    numeric: true,
  },
  { name: 'step', cell: (row) => whole(estimated(row, row.stop, ({ step }) => step).mean), numeric: true },
  { name: 'test ln p(x)', cell: nats(testLikelihood), numeric: true },
  { name: 'training ln p(x)', cell: nats(trainLikelihood), numeric: true },
  { name: 'inference gap', cell: nats(testInferenceGap), numeric: true },
  { name: 'of training', cell: nats(trainInferenceGap), numeric: true },
  { name: 'generation gap', cell: nats(generationGap), numeric: true },
];
