import type { History, HistoryCell, HistoryMarker } from '../../../baselines/history/history-line.ts';

/** A cell of a night of an arm `name` of method `method`; every field can be overridden. */
export function historyCell(overrides: Partial<HistoryCell> = {}): HistoryCell {
  const { arm = 'low-rank-0.1', seed = 11 } = overrides;
  return {
    type: 'cell',
    night: '2026-12-01',
    role: 'fresh',
    run: '2026-12-01T01:00:00.000Z',
    commit: 'c0ffee',
    program: 'program',
    environment: 'environment',
    data: 'data',
    cell: `${arm}.seed-${seed}`,
    arm,
    seed,
    metric: 'accuracy',
    value: 0.5,
    loss: 1.2,
    status: 'completed',
    parameters: 100,
    nonzero_parameters: 100,
    macs: 1000,
    ...overrides,
  };
}

/** An accepted cell of a method. */
export function acceptedCell(method: string, overrides: Partial<HistoryCell> = {}): HistoryCell {
  const factors = [{ name: 'method', value: method }];
  return historyCell({ night: '2026-11-01', role: 'accepted', run: null, seed: 0, factors, ...overrides });
}

/** A mark. */
export function historyMarker(overrides: Partial<HistoryMarker> = {}): HistoryMarker {
  const night = overrides.night ?? '2026-12-02';
  const at = '2026-12-05T08:00:00.000Z';
  return { type: 'marker', kind: 'accepted', night, until: night, why: 'as wanted', at, ...overrides };
}

/** A history of compression, nightly. */
export function historyOf(entries: History['entries']): History {
  return { suite: 'compression', profile: 'nightly', entries };
}
