import { expect, it } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { exitCodeOf, exitCodeOfError } from '../../harness/run/exit-code.ts';
import { fixtureVerdict } from '../helpers/records.ts';
import { failureOfCell, fixtureCell, recordOfCell } from './helpers.ts';

const record = recordOfCell(fixtureCell('fine'));
const failed = failureOfCell(fixtureCell('fine'), 'it broke');

it.each([
  ['all pass', [record], ['pass', 'reproduced', 'improved'], true, false, 0],
  ['a regression', [record], ['pass', 'regressed'], false, false, 1],
  ['a failed cell without a check', [failed], [], false, false, 1],
  ['a failed verdict of a completed cell', [record], ['failed'], false, false, 1],
  ['inconclusive', [record], ['inconclusive'], false, false, 0],
  ['inconclusive, strict', [record], ['inconclusive'], true, false, 3],
  ['no baseline, strict', [record], ['no-baseline'], true, false, 3],
  ['a regression and inconclusive, strict', [record], ['inconclusive', 'regressed'], true, false, 1],
  ['interrupted with a failure', [failed], ['regressed'], true, true, 130],
] as const)('%s: %#', (_, records, names, strict, interrupted, exitCode) => {
  const verdicts = names.map((name) => fixtureVerdict(record, name));
  expect(exitCodeOf({ records, verdicts, strict, interrupted, whole: true })).toBe(exitCode);
});

it.each([
  ['with 1', ['pass'], false, 1],
  ['with 1 also where a cell was not judged, strict', ['inconclusive'], false, 1],
  ['with 130 where it was interrupted', ['pass'], true, 130],
] as const)('a run that is not whole ends %s', (_, names, interrupted, exitCode) => {
  const verdicts = names.map((name) => fixtureVerdict(record, name));
  expect(exitCodeOf({ records: [record], verdicts, strict: true, interrupted, whole: false })).toBe(exitCode);
});

it.each([
  [new UsageError('the disk is full'), 2],
  [Object.assign(new Error('no library'), { name: 'SetupError' }), 2],
  [new Error('a fault'), 1],
  ['text', 1],
])('what is thrown gives a code: %#', (error, exitCode) => {
  expect(exitCodeOfError(error)).toBe(exitCode);
});
