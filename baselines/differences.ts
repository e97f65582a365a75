import type { Examined } from './examine.ts';

/** Verdicts of a lane in which nothing differs. */
const alike: readonly string[] = ['reproduced', 'pass'];

/** What every lane sees differ between records and baseline, a line each: `quality  dense.seed-0: accuracy ...`. */
export function differencesOf(cells: readonly Examined[]): string[] {
  return cells.flatMap(({ record, findings }) =>
    findings
      .filter(({ verdict }) => !alike.includes(verdict))
      .map(({ lane, verdict, reason }) => `${lane.padEnd(10)} ${verdict.padEnd(12)} ${record.cell}: ${reason}`),
  );
}

/** The cells whose weights another program changed in the same environment. */
export function driftedCells(cells: readonly Examined[]): Set<string> {
  const drifted = cells.filter(({ findings }) => findings.some(({ verdict }) => verdict === 'drift'));
  return new Set(drifted.map(({ record }) => record.id));
}
