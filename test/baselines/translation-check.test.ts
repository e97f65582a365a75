import { expect, it } from 'vitest';
import { acceptRecords } from '../../baselines/accept.ts';
import { checkRecords } from '../../baselines/check.ts';
import type { CellRecord } from '../../harness/record.ts';
import { finishedLine } from '../../harness/run/progress.ts';
import { compareRuns } from '../../reports/comparison/compare-runs.ts';
import { renderComparison } from '../../reports/comparison/comparison-table.ts';
import { ofEarlierProgram } from '../helpers/baselines.ts';
import { failedTranslation, translationRecord } from '../helpers/translation-records.ts';

/** Records whose metric is BLEU, in what reads records beside the reports. */

const dense = { method: 'dense', budget: 1 } as const;
const records = [translationRecord({ value: 30 }, dense), translationRecord({ value: 31 })];

it('is checked against a baseline in points', () => {
  const baseline = ofEarlierProgram(acceptRecords(records, null, { why: 'a fixture', at: '2026-11-23T00:00:00.000Z' }));
  const again = (value: number) => [translationRecord({ value, weights_digest: 'other' }, dense)];
  const [worse] = checkRecords(again(14.5), baseline, { margin: 1 });
  expect(worse).toMatchObject({ verdict: 'regressed', expected: 30, measured: 14.5, bound: 15 });
  expect(worse!.reason).toContain(
    'bleu expected 30.00, measured 14.50 (-15.50 points, 1 seed against 1 accepted; this profile asks only whether it',
  );
  expect(checkRecords(again(15), baseline, { margin: 1 })[0]!.verdict).toBe('drift');
});

it('is compared in points', () => {
  const compared = (before: readonly CellRecord[], after: readonly CellRecord[]) =>
    renderComparison(compareRuns({ name: 'A', records: before }, { name: 'B', records: after }));
  const after = [31.25, 32.25].map((value, i) => translationRecord({ value }, i === 0 ? dense : {}));
  expect(compared(records, after)).toContain('| 30.00 | 31.25 | +1.25 |');
  const some = [failedTranslation('the worker broke', dense), ...records.slice(1)];
  expect(compared(some, some)).not.toMatch(/\.\d+ %/);
});

it('is shown in progress in points', () => {
  expect(finishedLine(records[0]!)).toMatch(/^BLEU 30\.00 {2}dense\..*\.seed-0 /);
});
