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
  // Errors of four arms instead of two.
  expect(found!.interaction.standardError!).toBeGreaterThan(found!.both.standardError!);
});

it('has the variance of its four arms', () => {
  const [found] = interactionsOf(summarizeArms(records), specs);
  const { spectral, decay, both, interaction } = found!;
  // s² of (spectral) + (decay) + (both) counts the arm of neither three times; together they hold all four.
  const square = (test: { standardError: number | null }) => test.standardError! ** 2;
  const neither = (square(spectral) + square(decay) + square(both) - square(interaction)) / 2;
  expect(neither).toBeGreaterThan(0);
  expect(neither).toBeLessThan(square(spectral));
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
