import { expect, test } from 'vitest';
import { analyse } from '../../../baselines/history/analysis.ts';
import { armHistories } from '../../../baselines/history/arm-histories.ts';
import { frozenReference } from '../../../baselines/history/frozen-reference.ts';
import type { HistoryEntry } from '../../../baselines/history/history-line.ts';
import { historyLines } from '../../../reports/history/history-page.ts';
import { acceptedCell, historyCell, historyMarker, historyOf } from './fixtures.ts';

const wobble = (arm: number, seed: number) => 0.01 * Math.sin(7 * arm + 3 * seed);

/** Four arms that lose half a standard deviation at each of the nights that a mark then calls the new level. */
function nightsWith(lost: readonly number[]): HistoryEntry[] {
  return [0, 1, 2, 3].flatMap((index) => {
    const arm = `arm-${index}`;
    const measured = (seed: number, loss: number) => {
      return { arm, seed, cell: `${arm}.seed-${seed}`, value: 0.5 + wobble(index, seed) - loss, loss: null };
    };
    return [
      ...[0, 1, 2].map((seed) => acceptedCell('m', measured(seed, 0))),
      ...lost.flatMap((loss, night) =>
        [0, 1].map((of) => {
          return historyCell({
            ...measured(10 + 2 * night + of, loss),
            night: `2026-12-${String(night + 1).padStart(2, '0')}`,
          });
        }),
      ),
    ];
  });
}

const mark = (day: string) => historyMarker({ kind: 'accepted', night: `2026-12-${day}` });
const lost = [0, 0, 0.004, 0.004, 0.004, 0.012, 0.012, 0.012, 0.012];

test('losses that were marked one by one add up against the level that was accepted first', () => {
  const history = historyOf([...nightsWith(lost), mark('03'), mark('06')]);
  const now = analyse(armHistories(history));
  const frozen = frozenReference(history)!;
  expect(now.evidence).toBeLessThan(10);
  expect(frozen.levels).toBe(2);
  expect(frozen.evidence).toBeGreaterThan(10 * now.evidence);
  expect(frozen.change).toBeLessThan(-0.5);
  expect(historyLines(history, now)).toContainEqual(
    expect.stringMatching(
      /^Against the level that was accepted first, 2 new levels ago: evidence of a loss \S+, most /,
    ),
  );
});

test('and so do losses that were accepted one by one', () => {
  const accepted = (loss: number, since: string) =>
    [0, 1, 2, 3].flatMap((index) =>
      [0, 1, 2].map((seed) => {
        const arm = `arm-${index}`;
        const value = 0.5 + wobble(index, seed) - loss;
        return acceptedCell('m', { arm, seed, cell: `${arm}.seed-${seed}`, value, loss: null, since });
      }),
    );
  const history = historyOf([...nightsWith(lost), ...accepted(0.004, '2026-12-03'), ...accepted(0.012, '2026-12-06')]);
  const now = analyse(armHistories(history));
  const frozen = frozenReference(history)!;
  expect(now.evidence).toBeLessThan(10);
  expect(frozen.levels).toBe(2);
  expect(frozen.evidence).toBeGreaterThan(10 * now.evidence);
});

test('a level that has not fallen shows none', () => {
  const history = historyOf([...nightsWith(lost.map(() => 0)), mark('03')]);
  expect(frozenReference(history)!.evidence).toBeLessThan(5);
});

test('without a mark of a new level there is no other reference', () => {
  expect(frozenReference(historyOf(nightsWith(lost)))).toBeNull();
  expect(
    frozenReference(historyOf([...nightsWith(lost), historyMarker({ kind: 'fixed', night: '2026-12-02' })])),
  ).toBeNull();
});
