import { describe, expect, test } from 'vitest';
import { analyse } from '../../../baselines/history/analysis.ts';
import { armHistories } from '../../../baselines/history/arm-histories.ts';
import { seriesWeights } from '../../../baselines/history/evidence.ts';
import type { HistoryCell, HistoryEntry } from '../../../baselines/history/history-line.ts';
import { acceptedCell, historyCell, historyMarker, historyOf } from './fixtures.ts';

/** Four arms of methods m, m, m and n; 0.03 of accuracy are lost, and the loss rises, with the second night. */
const gainOfArm = (arm: number, seed: number, lost: number) =>
  0.4 + 0.02 * arm + (0.004 + 0.008 * arm) * Math.sin(7 * arm + 3 * seed + 1) - lost;
const lossOfArm = (arm: number, seed: number, lost: number) =>
  1.5 - 0.1 * arm + (0.03 - 0.005 * arm) * Math.cos(5 * arm + 2 * seed) + 3 * lost;

const nights: [string, number[], number][] = [
  ['2026-12-01', [11, 12], 0],
  ['2026-12-02', [13, 14], 0.03],
  ['2026-12-03', [15, 16], 0.03],
];

function cells(change: (cell: HistoryCell) => HistoryCell = (cell) => cell): HistoryCell[] {
  return [0, 1, 2, 3].flatMap((index) => {
    const arm = `arm-${index}`;
    const measured = (seed: number, lost: number) => ({
      arm,
      seed,
      cell: `${arm}.seed-${seed}`,
      value: gainOfArm(index, seed, lost),
      loss: lossOfArm(index, seed, lost),
    });
    return [
      ...[0, 1, 2].map((seed) => acceptedCell(index < 3 ? 'm' : 'n', measured(seed, 0))),
      ...nights.flatMap(([night, seeds, lost]) =>
        seeds.map((seed) => change(historyCell({ ...measured(seed, lost), night }))),
      ),
    ];
  });
}

const analysisOf = (entries: readonly HistoryEntry[]) => analyse(armHistories(historyOf([...entries])));
const bare = (cell: HistoryCell): HistoryCell => ({ ...cell, loss: null });

describe('the evidence of a history', () => {
  // By the formulas of this page in NumPy and SciPy 1.17, moderation by scipy.special and scipy.optimize included.
  test('is that of NumPy and SciPy', () => {
    const { evidence, series, labels, course } = analysisOf(cells());
    expect(evidence).toBeCloseTo(56.15078994947789, 6);
    expect(labels).toEqual(['accepted', '2026-12-01', '2026-12-02', '2026-12-03']);
    expect(course.at(-1)).toBe(evidence);
    const sums = [90.41943664184544, 87.54246333486559, 23.14880776985063, 4.165889563812923];
    for (const [index, sum] of sums.entries()) {
      const arm = series.find(({ name, channel }) => name === `arm-${index}` && channel === 'metric');
      expect(arm!.shares.at(-1)).toBeCloseTo(((2 / 3) * sum) / 12, 8);
    }
  });

  test('of a suite without a training loss is that of its metric alone', () => {
    expect(analysisOf(cells().map(bare)).evidence).toBeCloseTo(53.16740263542081, 6);
  });

  test('names the night and the series', () => {
    const [first, ...others] = analysisOf(cells()).series;
    expect(first).toMatchObject({ name: 'method m', kind: 'group', channel: 'metric', changeNight: '2026-12-02' });
    expect(first!.suspects).toContain('2026-12-02');
    expect(first!.change).toBeLessThan(-1);
    expect(others.map(({ shares }) => shares.at(-1)!)).toEqual(
      others.map(({ shares }) => shares.at(-1)!).sort((left, right) => right - left),
    );
  });

  test('of a gain is that of the mirrored loss', () => {
    const mirrored = cells(bare).map((cell) => ({ ...cell, loss: null, value: 1 - cell.value! }));
    const { gain, evidence } = analysisOf(mirrored);
    expect(gain).toBeCloseTo(53.16740263542081, 6);
    expect(evidence).toBeLessThan(10);
  });

  test('of fixed seeds, of accepted ones that come again, and of other data is none', () => {
    const { evidence } = analysisOf(cells());
    const worthless = historyCell({ arm: 'arm-0', value: 0.1, night: '2026-12-03', seed: 0 });
    for (const extra of [
      { ...worthless, role: 'fixed' as const, seed: 99 },
      worthless,
      { ...worthless, seed: 98, data: 'other' },
    ]) {
      expect(analysisOf([...cells(), extra]).evidence).toBe(evidence);
    }
    expect(analysisOf([...cells(), { ...worthless, seed: 98, data: 'other' }]).unknown).toEqual(['arm-0']);
    expect(analysisOf([...cells(), { ...worthless, role: 'extra' as const, seed: 98 }]).evidence).not.toBe(evidence);
  });

  test('counts a seed that diverged as the worst value', () => {
    const isFirst = ({ arm, night }: HistoryCell) => arm === 'arm-0' && night === '2026-12-01';
    const diverged = (cell: HistoryCell): HistoryCell =>
      isFirst(cell) ? { ...cell, status: 'diverged', value: null, loss: null } : cell;
    const [arm] = analysisOf(cells(diverged)).series.filter(
      ({ name, channel }) => name === 'arm-0' && channel === 'loss',
    );
    expect(arm!.values[1]).toEqual([-2.5, -2.5]);
  });
});

describe('a mark', () => {
  test('of a new level begins the series anew, on the scale of the acceptance', () => {
    for (const kind of ['accepted', 'environment'] as const) {
      const { evidence, labels } = analysisOf([...cells(), historyMarker({ kind, night: '2026-12-02' })]);
      expect(labels).toEqual(['2026-12-02', '2026-12-03']);
      expect(evidence).toBeLessThan(10);
    }
  });

  test('of a fault leaves its nights out', () => {
    const marker = historyMarker({ kind: 'fixed', night: '2026-12-02', until: '2026-12-02' });
    expect(analysisOf([...cells(), marker]).labels).toEqual(['accepted', '2026-12-01', '2026-12-03']);
  });
});

test('the weights of all series sum to 1, a third for each kind', () => {
  const weights = seriesWeights(['arm', 'arm', 'arm', 'group', 'group', 'all']);
  expect(weights.map((weight) => weight.toFixed(4))).toEqual([
    '0.1111',
    '0.1111',
    '0.1111',
    '0.1667',
    '0.1667',
    '0.3333',
  ]);
  expect(seriesWeights(['arm', 'arm'])).toEqual([0.5, 0.5]);
});
