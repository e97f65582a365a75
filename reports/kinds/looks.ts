import { armLabelOf } from '../../harness/cell-name.ts';
import { factorOf } from '../../harness/spec/words.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';
import { isDense } from '../arms/coordinates.ts';
import type { Dash, Hue } from '../plots/plot-style.ts';

/** What kinds whose arms have an initialization and a regularizer look like in plots. */

/** Readable on white and on near-black: one hue a regularizer, the dense model's apart. */
const hues: Readonly<Record<string, string>> = {
  none: '#8a8f98',
  'weight-decay': '#2f81e0',
  'no-factor-decay': '#c2569b',
  crs: '#12a594',
  'frobenius-decay': '#dd6b10',
  'frobenius-norms': '#d9a400',
  'dense, none': '#b388dd',
  'dense, weight-decay': '#8e4fc9',
};

/** Regularizers, with the factors that say how they decay; dense arms have colours of their own. */
export function hueByRegularizer(arm: ArmSummary): Hue {
  const others = arm.factors
    .map(({ name }) => name)
    .filter((name) => !['regularizer', 'decay', 'coupling'].includes(name));
  const regularizer = armLabelOf(arm, others);
  const name = isDense(arm) ? `dense, ${regularizer}` : regularizer;
  const look = hues[name];
  return { factor: 'regularizer', name, ...(look === undefined ? {} : { look }) };
}

/**
 * Dashed: default initialization; solid: spectral; dotted: independent draws; dash and dot: spectral with singular values
 * of one; others: spectral of some products alone.
 */
const dashes: Readonly<Record<string, readonly number[]>> = {
  default: [6, 4],
  spectral: [1, 0],
  'spectral-ones': [10, 2, 2, 2],
  iid: [2, 3],
  'spectral-linear': [12, 3],
  'spectral-attention': [8, 3, 2, 3],
  'spectral-query-key': [8, 3, 2, 3, 2, 3],
  'spectral-output-value': [1, 5],
};

/** Initializations. */
export function dashByInit(arm: ArmSummary): Dash {
  const name = String(factorOf(arm, 'init'));
  const look = dashes[name];
  return { factor: 'init', name, ...(look === undefined ? {} : { look }) };
}
