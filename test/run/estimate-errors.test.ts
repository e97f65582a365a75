import { expect, it } from 'vitest';
import { estimateErrors, estimateText } from '../../harness/run/estimate-errors.ts';
import { waiting } from '../helpers/costs.ts';
import { failureOfCell, fixtureCell, recordOfCell } from './helpers.ts';

const cellOf = (seed: number, estimatedSeconds: number, memoryBytes: number) =>
  fixtureCell('fine', { seed, estimatedSeconds, cost: { ...waiting(1), memoryBytes } });
const started = '2026-12-01T00:00:00.000Z';
const ended = (seconds: number) => new Date(Date.parse(started) + 1000 * seconds).toISOString();

const cells = [cellOf(0, 10, 900), cellOf(1, 30, 1100), cellOf(2, 8, 1000), cellOf(3, 5, 1), cellOf(4, 5, 1)];
const times = { started_at: started, finished_at: ended(10), rss_peak_bytes: 1000 };
const records = [
  recordOfCell(cells[0]!, times),
  recordOfCell(cells[1]!, { ...times, finished_at: ended(20) }),
  recordOfCell(cells[2]!, times),
  // Of neither, the process took what the cell takes.
  recordOfCell(cells[3]!, { ...times, resumed_points: 2 }),
  failureOfCell(cells[4]!, 'broke'),
];

it('compares what was expected of a run’s cells with what their processes took', () => {
  const { time, memory } = estimateErrors(cells, records);
  expect(time).toEqual({ cells: 3, median: expect.closeTo(0.2), least: expect.closeTo(-0.2), most: 0.5 });
  expect(memory).toEqual({
    cells: 3,
    median: expect.closeTo(0.1),
    least: expect.closeTo(-0.1),
    most: expect.closeTo(0.1),
  });
  expect(estimateText({ time, memory }, true)).toBe(
    'Estimates, 3 cells: time 20 % off in the median (-20 % to +50 %), memory 10 % off in the median (-10 % to +10 %).',
  );
});

it('says how to have the times of this machine, and nothing where no cell tells', () => {
  const errors = estimateErrors(cells, records);
  expect(estimateText(errors, false)).toMatch(
    /^Estimates of the reference machine, 3 cells: .*; npm run doctor -- --calibrate measures this one\.$/,
  );
  expect(estimateText(estimateErrors(cells, records.slice(3)), true)).toBe('');
});
