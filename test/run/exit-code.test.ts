import { expect, it } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { exitCodeOf, exitCodeOfError, failsOf } from '../../harness/run/exit-code.ts';
import { fixtureVerdict } from '../helpers/records.ts';
import { failureOfCell, fixtureCell, recordOfCell } from './helpers.ts';

const record = recordOfCell(fixtureCell('fine'));
const failed = failureOfCell(fixtureCell('fine'), 'it broke');

it.each([
  ['all pass', [record], ['pass', 'reproduced', 'better'], true, false, 0],
  ['a regression', [record], ['pass', 'regressed'], false, false, 1],
  ['a failed cell without a check', [failed], [], false, false, 1],
  ['a failed verdict of a completed cell', [record], ['failed'], false, false, 1],
  ['inconclusive', [record], ['inconclusive'], false, false, 0],
  ['inconclusive, strict', [record], ['inconclusive'], true, false, 3],
  ['no baseline, strict', [record], ['no-baseline'], true, false, 4],
  ['no baseline and inconclusive, strict', [record], ['inconclusive', 'no-baseline'], true, false, 4],
  ['changed', [record], ['changed', 'removed', 'other-data', 'no-baseline'], false, false, 0],
  ['drift', [record], ['drift'], false, false, 0],
  ['drift, strict', [record], ['drift'], true, false, 4],
  ['changed and a regression, strict', [record], ['changed', 'regressed'], true, false, 1],
  ['a regression and inconclusive, strict', [record], ['inconclusive', 'regressed'], true, false, 1],
  ['interrupted with a failure', [failed], ['regressed'], true, true, 130],
] as const)('%s: %#', (_, records, names, strict, interrupted, exitCode) => {
  const verdicts = names.map((name) => fixtureVerdict(record, name));
  expect(exitCodeOf({ records, verdicts, fails: failsOf('smoke', strict), interrupted, whole: true })).toBe(exitCode);
});

it.each([
  ['changed', 4],
  ['removed', 4],
  ['other-data', 4],
  ['no-baseline', 4],
  ['inconclusive', 0],
  ['drift', 0],
] as const)('%s ends a nightly with %d, without strict', (name, exitCode) => {
  const verdicts = [fixtureVerdict(record, name)];
  const fails = failsOf('nightly', false);
  expect(exitCodeOf({ records: [record], verdicts, fails, interrupted: false, whole: true })).toBe(exitCode);
});

it.each([
  ['with 1', ['pass'], false, 1],
  ['with 1 also where a cell was not judged, strict', ['inconclusive'], false, 1],
  ['with 130 where it was interrupted', ['pass'], true, 130],
] as const)('a run that is not whole ends %s', (_, names, interrupted, exitCode) => {
  const verdicts = names.map((name) => fixtureVerdict(record, name));
  expect(exitCodeOf({ records: [record], verdicts, fails: failsOf('smoke', true), interrupted, whole: false })).toBe(
    exitCode,
  );
});

it.each([
  [new UsageError('the disk is full'), 2],
  [Object.assign(new Error('no library'), { name: 'SetupError' }), 2],
  [new Error('a fault'), 1],
  ['text', 1],
])('what is thrown gives a code: %#', (error, exitCode) => {
  expect(exitCodeOfError(error)).toBe(exitCode);
});
