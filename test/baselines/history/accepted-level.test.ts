import { describe, expect, test } from 'vitest';
import { acceptedLevel } from '../../../baselines/history/accepted-level.ts';
import { analyse } from '../../../baselines/history/analysis.ts';
import { armHistories } from '../../../baselines/history/arm-histories.ts';
import { thresholds } from '../../../baselines/history/evidence.ts';
import type { HistoryCell } from '../../../baselines/history/history-line.ts';
import { gaussian, streamsOf, type Uniform } from '../../../harness/random.ts';
import { mean } from '../../../harness/statistics/moments.ts';
import { acceptedCell, historyCell, historyMarker, historyOf } from './fixtures.ts';

/** An acceptance: the weights of its seeds, in order. */
const acceptance = (weights: string[], since?: string, fields: Partial<HistoryCell> = {}) =>
  weights.map((of, seed) =>
    acceptedCell('m', {
      seed,
      weights: of,
      configuration: 'c',
      value: 0.5 + of.length / 100,
      ...(since === undefined ? {} : { since }),
      ...fields,
    }),
  );
const [first, second, third] = ['2026-12-03', '2026-12-05', '2026-12-07'];
const begin = acceptance(['a', 'b', 'c']);

describe('the level of an arm', () => {
  const levelOf = (...acceptances: HistoryCell[][]) => {
    const { accepted, since } = acceptedLevel(acceptances.flat())!;
    expect(acceptedLevel(acceptances.toReversed().flat())).toEqual(acceptedLevel(acceptances.flat()));
    return [accepted.map(({ weights }) => weights).join(''), since];
  };

  test('is what was accepted last', () => {
    expect(acceptedLevel([historyCell()])).toBeNull();
    expect(levelOf(begin)).toEqual(['abc', null]);
  });

  test('goes on where further seeds join, and where some are planned no more', () => {
    expect(levelOf(begin, acceptance(['a', 'b', 'c', 'd'], first))).toEqual(['abcd', null]);
    expect(levelOf(begin, acceptance(['a', 'b'], first))).toEqual(['ab', null]);
  });

  test('begins anew where a seed has other bits, no seed is shared, or the configuration is another', () => {
    expect(levelOf(begin, acceptance(['a', 'x', 'c'], first))).toEqual(['axc', first]);
    const others = acceptance(['d', 'e', 'f'], first).map((cell, at) => ({ ...cell, seed: 3 + at }));
    expect(levelOf(begin, others)).toEqual(['def', first]);
    expect(levelOf(begin, acceptance(['a', 'b', 'c'], first, { configuration: 'other' }))).toEqual(['abc', first]);
  });

  test('goes on from where it began anew', () => {
    const anew = acceptance(['x', 'y', 'z'], first);
    const joined = acceptance(['x', 'y', 'z', 'd'], second);
    expect(levelOf(begin, anew, joined)).toEqual(['xyzd', first]);
    expect(levelOf(begin, anew, joined, acceptance(['a', 'b', 'c'], third))).toEqual(['abc', third]);
  });

  test('of lines of before weights and configurations were told is by results', () => {
    const old = begin.map(({ weights: _, configuration: _c, ...cell }) => cell);
    expect(levelOf(old, acceptance(['p', 'q', 'r'], first))).toEqual(['pqr', null]);
    expect(levelOf(old, acceptance(['p', 'qq', 'r'], first))).toEqual(['pqqr', first]);
  });
});

/** Four arms with 3 accepted seeds and 2 fresh ones in each of 12 nights; from the seventh on, all are lower. */
function loweredHistory(uniform: Uniform, lower: number, anew: boolean): HistoryCell[] {
  const nights = Array.from({ length: 12 }, (_, at) => `2026-12-${String(at + 1).padStart(2, '0')}`);
  return ['a', 'b', 'c', 'd'].flatMap((arm) => {
    const of = (seed: number, lost: number): Partial<HistoryCell> => {
      const value = 0.5 + gaussian(1, 0.01, uniform)[0]! - lost;
      return { arm, seed, cell: `${arm}.seed-${seed}`, value, loss: null, weights: `${value}` };
    };
    const accepted = (lost: number, since?: string) =>
      [0, 1, 2].map((seed) => acceptedCell('m', { ...of(seed, lost), ...(since === undefined ? {} : { since }) }));
    return [
      ...accepted(0),
      ...(anew ? accepted(lower, nights[6]) : []),
      ...nights.flatMap((night, at) =>
        [0, 1].map((fresh) => historyCell({ ...of(100 + 2 * at + fresh, at < 6 ? 0 : lower), night })),
      ),
    ];
  });
}

test('nights of a level that was accepted alarm no more than others, and those of one that was not do', () => {
  const uniform = streamsOf('a lower level that was accepted', 0)('values');
  const evidences = (anew: boolean, number: number) =>
    Array.from(
      { length: number },
      () => analyse(armHistories(historyOf(loweredHistory(uniform, 0.02, anew)))).evidence,
    );
  const accepted = evidences(true, 60);
  expect(Math.max(...accepted)).toBeLessThan(thresholds.alarm);
  // A likelihood ratio has expectation 1 for each of the 6 nights that may have begun a change: 6 ± 1.2 in the mean.
  expect(mean(accepted)).toBeLessThan(9);
  expect(evidences(false, 20).filter((evidence) => evidence >= thresholds.alarm).length).toBeGreaterThan(17);
});

describe('the nights of an arm that was accepted anew', () => {
  const old = acceptance(['a', 'b', 'c']);
  const anew = acceptance(['x', 'y', 'z'], first, { configuration: 'new' });
  const night = (date: string, fields: Partial<HistoryCell> = {}) => historyCell({ night: date, ...fields });
  const nightsOf = (...cells: HistoryCell[]) => {
    const { arms, unknown } = armHistories(historyOf([...old, ...anew, ...cells]));
    return { nights: [...arms[0]!.nights.keys()], accepted: arms[0]!.accepted.length, unknown };
  };

  test('are those since, of its configuration', () => {
    const before = night('2026-12-02', { configuration: 'c' });
    const since = night(second, { configuration: 'new' });
    expect(nightsOf(before, since)).toEqual({ nights: [second], accepted: 3, unknown: [] });
    const other = night(third, { configuration: 'not accepted' });
    expect(nightsOf(since, other)).toEqual({ nights: [second], accepted: 3, unknown: ['low-rank-0.1'] });
    expect(nightsOf(night(third))).toMatchObject({ nights: [third], unknown: [] });
  });

  test('are held against what was accepted, and not against an earlier mark of a new level', () => {
    const mark = (at: string) => historyMarker({ kind: 'accepted', night: at });
    const of = (at: string) =>
      armHistories(historyOf([...old, ...anew, night('2026-12-02'), night(second), night(third), mark(at)]));
    expect(of('2026-12-02').arms[0]).toMatchObject({ fromAccepted: true });
    expect(of('2026-12-02').fromAccepted).toBe(true);
    expect(of(second).arms[0]).toMatchObject({ fromAccepted: false });
    expect(of(second).fromAccepted).toBe(false);
  });
});
