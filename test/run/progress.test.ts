import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CellRecord } from '../../harness/record.ts';
import { finishedLine, pointLine, startProgress } from '../../harness/run/progress.ts';
import { formatDuration, fractionDone, fractionOf, secondsLeft } from '../../harness/run/progress-estimate.ts';
import { capture, failureOfCell, fixtureCell, recordOfCell } from './helpers.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const share = (estimatedSeconds: number, fraction: number) => ({ estimatedSeconds, fraction });

it('weighs the cells by their estimates', () => {
  // (30 · 0.5 + 10 · 1) / 40
  expect(fractionDone([share(30, 0.5), share(10, 1)])).toBeCloseTo(0.625, 12);
  expect(fractionDone([])).toBe(1);
});

it('estimates the time left from the pace so far, and before any from the plan', () => {
  // 0.625 took 50 s, so that the remaining 0.375 take 30 s.
  expect(secondsLeft([share(30, 0.5), share(10, 1)], 50, 2)).toBeCloseTo(30, 12);
  expect(secondsLeft([share(30, 0), share(10, 0)], 5, 2)).toBe(20);
});

it('counts a cell as done only with its record', () => {
  expect(fractionOf({ step: 3, steps: 4 })).toBe(0.75);
  expect(fractionOf({ step: 4, steps: 4 })).toBe(0.99);
  expect(fractionOf({ step: 0, steps: 0 })).toBe(0);
});

it.each([
  [0.4, '0 s'],
  [59.6, '1 min 00 s'],
  [200, '3 min 20 s'],
  [7500, '2 h 05 min'],
  [7199, '2 h 00 min'],
  [3599.6, '1 h 00 min'],
  [86_369, '23 h 59 min'],
  [86_371, '1 day 00 h'],
  [100_000, '1 day 04 h'],
  [3 * 86_400 + 4 * 3600, '3 days 04 h'],
  [364.99 * 86_400, '1.0 year'],
  [1.5 * 365 * 86_400, '1.5 years'],
  [19_150_084.4 * 60, '36.4 years'],
])('writes %d seconds as %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

it('describes a finished cell of a grid by its held-out examples', () => {
  const cell = fixtureCell('fine');
  const curve = [{ at: 1, seconds: 1, values: { validation_accuracy: 0.25, test_accuracy: 0.75 } }];
  const line = (record: CellRecord) => finishedLine(record, { heldOut: true });
  expect(line(recordOfCell(cell, { curve, seconds: 75 }))).toBe('validation_accuracy 0.25000  fine.seed-0  1 min 15 s');
  expect(line(recordOfCell(cell, { curve: [], seconds: 75 }))).toMatch(/^no validation_accuracy {2}fine/);
  expect(line(failureOfCell(cell, 'one'))).toBe('no validation_accuracy, failed  fine.seed-0  13 s: one');
});

it('describes a finished cell in one line', () => {
  const cell = fixtureCell('fine');
  expect(finishedLine(recordOfCell(cell, { value: 0.91234, seconds: 75 }))).toBe(
    'accuracy 91.23 %  fine.seed-0  1 min 15 s',
  );
  expect(finishedLine(failureOfCell(cell, 'one\ntwo'))).toBe('no accuracy, failed  fine.seed-0  13 s: one');
  const long = finishedLine(failureOfCell(cell, `${'x'.repeat(5000)}\ntwo`));
  expect(long).toMatch(/^no accuracy, failed {2}fine\.seed-0 {2}13 s: x+/);
  expect(long.length).toBeLessThan(300);
});

it('describes what a part of a training measured, and leaves out what it did not', () => {
  const cell = fixtureCell('fine');
  const values = { train_loss: 0.25, test_loss: null, test_accuracy: 0.5 };
  expect(pointLine(cell, { at: 3, values })).toMatch(
    /^train_loss 0\.25000, test_loss not finite, test_accuracy 0\.50000 {2}fine\.seed-0 {2}\w+ 3$/,
  );
  expect(pointLine(cell, { at: 2, values: { train_loss: 0.25 } })).toMatch(
    /^train_loss 0\.25000 {2}fine\.seed-0 {2}\w+ 2$/,
  );
});

it('writes a line for each finished cell and a heartbeat, without a terminal', () => {
  const { stream, text } = capture();
  const cells = [fixtureCell('fine'), fixtureCell('fine', { seed: 1 })];
  const progress = startProgress({ cells, jobs: 1, stream, now: () => Date.now(), heartbeatMs: 30_000 });
  progress.cellProgress(cells[0]!, { phase: 'train', epoch: 1, epochs: 2, step: 5, steps: 10, loss: null });
  vi.advanceTimersByTime(30_000);
  progress.cellFinished(recordOfCell(cells[0]!));
  progress.stop();
  vi.advanceTimersByTime(90_000);
  expect(text().split('\n')).toEqual([
    '25% done, 0/2 cells finished, about 1 min 30 s left',
    '[1/2] accuracy 55.00 %  fine.seed-0  13 s',
    '',
  ]);
});

it('draws a bar on a terminal, with the lines of finished cells above it', () => {
  const { stream, text } = capture();
  const terminal = Object.assign(stream, { isTTY: true, columns: 120 });
  const cells = [fixtureCell('fine')];
  const progress = startProgress({ cells, jobs: 1, stream: terminal, now: () => Date.now() });
  vi.advanceTimersByTime(1000);
  progress.cellProgress(cells[0]!, { phase: 'train', epoch: 1, epochs: 2, step: 5, steps: 10, loss: null });
  vi.advanceTimersByTime(1000);
  expect(text()).toContain('50% 0/1, 1 s left');
  progress.cellFinished(recordOfCell(cells[0]!));
  progress.stop();
  progress.stop();
  expect(text()).toContain('[1/1] accuracy 55.00 %  fine.seed-0  13 s');
});

it.each([40, 80])('fits the bar into %d columns, and leaves the terminal to wrap the lines of cells', (columns) => {
  const { stream, text } = capture();
  const cells = Array.from({ length: 2619 }, (_, seed) => fixtureCell('fine', { seed, estimatedSeconds: 36_000 }));
  const name = `low-rank-0.1.${'x'.repeat(100)}`;
  const terminal = Object.assign(stream, { isTTY: true, columns });
  const progress = startProgress({ cells, jobs: 10_000, stream: terminal, now: () => Date.now() });
  vi.advanceTimersByTime(1000);
  const bar = /[█░]+ 0% 0\/2619, 10 h 00 min left/.exec(text())?.[0] ?? '';
  expect(bar).not.toBe('');
  expect(bar.length).toBeLessThanOrEqual(columns);
  progress.cellFinished(recordOfCell({ ...cells[0]!, cell: name }));
  progress.stop();
  expect(text()).toContain(`[1/2619] accuracy 55.00 %  ${name}  13 s`);
  // Wrapping of lines is never switched off.
  expect(text()).not.toContain('\u001b[?7l');
});

it('says who computes, where others do, and how many cells failed', async () => {
  const { stream, text } = capture();
  const cells = [fixtureCell('fine'), fixtureCell('told'), fixtureCell('fine', { seed: 1 })];
  const progress = startProgress({ cells, jobs: 2, stream, now: () => 0, heartbeatMs: 100 });
  progress.crowd({ running: 0, workers: 0 });
  await vi.advanceTimersByTimeAsync(100);
  progress.cellFinished(failureOfCell(cells[1]!, 'no luck'));
  progress.crowd({ running: 2, workers: 1 });
  await vi.advanceTimersByTimeAsync(100);
  progress.stop();
  expect(text()).toContain('0/3 cells finished, 0 running, no workers, about');
  expect(text()).toContain('1/3 cells finished, 2 running, 1 failed, 1 worker, about');
});
