import { expect, it } from 'vitest';
import { summarizeArms } from '../../reports/arms/arm-summary.ts';
import type { ContrastSpec } from '../../reports/arms/contrasts.ts';
import { interactionsOf } from '../../reports/arms/interactions.ts';
import { imageReport } from '../../reports/kinds/image.ts';
import { interactionSection } from '../../reports/sections/interaction-section.ts';
import { armRecords } from '../helpers/arms.ts';

const specs = imageReport.contrasts as unknown as readonly ContrastSpec[];
const arm = (init: 'default' | 'spectral', regularizer: 'weight-decay' | 'frobenius-decay', values: number[]) =>
  armRecords(values, { init, regularizer });
const records = [
  ...arm('default', 'weight-decay', [0.5, 0.52, 0.51]),
  ...arm('spectral', 'weight-decay', [0.53, 0.55, 0.54]),
  ...arm('default', 'frobenius-decay', [0.52, 0.54, 0.53]),
  ...arm('spectral', 'frobenius-decay', [0.58, 0.61, 0.58]),
];

it('is what both do beyond the sum of each alone, over the shared seeds', () => {
  const [found, ...others] = interactionsOf(summarizeArms(records), specs);
  expect(others).toEqual([]);
  expect(found?.spectral.difference).toBeCloseTo(0.03, 12);
  expect(found?.decay.difference).toBeCloseTo(0.02, 12);
  // (0.58 - 0.5 + 0.61 - 0.52 + 0.58 - 0.51) / 3.
  expect(found?.both.difference).toBeCloseTo(0.08, 12);
  expect(found?.interaction.difference).toBeCloseTo(0.03, 12);
  expect(found?.interaction.n).toBe(3);
});

it('is tested by the spread of differences between regularizers, as NumPy and SciPy have it', () => {
  const stored = [
    ...arm('default', 'weight-decay', [0.3044, 0.3089, 0.3029]),
    ...arm('spectral', 'weight-decay', [0.2997, 0.286, 0.2951]),
    ...arm('default', 'frobenius-decay', [0.2701, 0.2699, 0.2472]),
    ...arm('spectral', 'frobenius-decay', [0.337, 0.3063, 0.3305]),
  ];
  const [found] = interactionsOf(summarizeArms(stored), specs);
  expect(found?.interaction).toMatchObject({ df: 4, t: expect.closeTo(8.394649732524746, 9) });
  expect(found?.adjustedP).toBeCloseTo(0.0011018770355621817, 12);
});

it('uses the seeds that all four arms have', () => {
  const [found] = interactionsOf(summarizeArms(records.slice(0, -1)), specs);
  expect(found?.interaction.n).toBe(2);
  expect(found?.interaction.difference).toBeCloseTo((0.08 + 0.09) / 2 - 0.05, 12);
});

it('has no section where an arm of the four is missing', () => {
  expect(interactionSection(summarizeArms(records.slice(3)), specs)).toBeNull();
  expect(interactionSection(summarizeArms(records), specs)?.blocks).toHaveLength(2);
});
