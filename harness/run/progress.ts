import { type Bar, MultiBar, Presets } from 'cli-progress';
import { heldOutValue } from '../../baselines/choices.ts';
import { valueText } from '../../baselines/wording.ts';
import { firstLine } from '../foreign-text.ts';
import { type CellRecord, errorOf, gatedMetric, gatedValue } from '../record.ts';
import type { PlannedCell } from '../spec/cell.ts';
import { wordsOfKind } from '../spec/kinds.ts';
import { metricOf } from '../spec/metrics.ts';
import type { CellPoint, CellProgress } from '../tasks/context.ts';
import type { Crowd } from './executor.ts';
import { type CellShare, formatDuration, fractionDone, fractionOf, secondsLeft } from './progress-estimate.ts';

/** Shows how a run goes. */
export interface ProgressDisplay {
  cellProgress(cell: PlannedCell, progress: CellProgress): void;
  /** Writes a line, where they are asked for. */
  cellPoint(cell: PlannedCell, point: CellPoint): void;
  cellFinished(record: CellRecord): void;
  /** Shows who computes, where that is not this process. */
  crowd(crowd: Crowd): void;
  /** Removes the bar and stops the heartbeat. Safe to call twice. */
  stop(): void;
}

export interface ProgressOptions {
  cells: readonly PlannedCell[];
  jobs: number;
  /** A terminal gets a bar; anything else a line at each heartbeat. */
  stream: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  /** Milliseconds of a clock that only rises. */
  now(): number;
  heartbeatMs?: number;
  /** Also a line for each part of a training, such as an epoch. */
  verbose?: boolean;
  /** Show of a finished cell what its held-out examples say, by which points of a grid are chosen, not its tests. */
  heldOut?: boolean;
}

/** Starts the display of a run: a line for each finished cell always, a bar on a terminal, else heartbeat lines. */
export function startProgress(options: ProgressOptions): ProgressDisplay {
  const { cells, jobs, stream, now } = options;
  const startedAt = now();
  const shares = new Map<string, CellShare>(
    cells.map((cell) => [cell.cell, { estimatedSeconds: cell.estimatedSeconds, fraction: 0 }]),
  );
  let finished = 0;
  let failed = 0;
  let seen: Crowd | null = null;

  function state(): Pick<BoardState, 'percent' | 'left' | 'finished' | 'beside'> {
    const all = [...shares.values()];
    return {
      percent: `${Math.floor(100 * fractionDone(all))}%`,
      left: formatDuration(secondsLeft(all, (now() - startedAt) / 1000, jobs)),
      finished,
      beside: seen === null ? '' : crowdText(seen, failed),
    };
  }

  const board =
    stream.isTTY === true ? openBar(stream, cells.length) : openLines(stream, options.heartbeatMs ?? 30_000);
  board.begin(() => ({ ...state(), fraction: fractionDone([...shares.values()]), total: cells.length }));

  return {
    cellProgress(cell, progress) {
      const share = shares.get(cell.cell);
      if (share !== undefined) share.fraction = Math.max(share.fraction, fractionOf(progress));
      board.refresh();
    },
    cellPoint(cell, point) {
      if (options.verbose === true) board.line(pointLine(cell, point));
    },
    cellFinished(record) {
      const share = shares.get(record.cell);
      if (share !== undefined) share.fraction = 1;
      finished++;
      if (record.status === 'failed') failed++;
      board.line(`[${finished}/${cells.length}] ${finishedLine(record, options)}`);
    },
    crowd(crowd) {
      seen = crowd;
      board.refresh();
    },
    stop: () => board.stop(),
  };
}

/** `, 3 running, 1 failed, 2 workers`. */
function crowdText({ running, workers }: Crowd, failed: number): string {
  const failures = failed === 0 ? '' : `, ${failed} failed`;
  return `, ${running} running${failures}, ${workers === 1 ? '1 worker' : `${workers || 'no'} workers`}`;
}

/** One finished cell in a line, which a narrow terminal wraps: metric, name, time, and the first line of an error. */
export function finishedLine(record: CellRecord, { heldOut = false }: Pick<ProgressOptions, 'heldOut'> = {}): string {
  const score = heldOut ? heldOutScore(record) : gatedScore(record);
  const status = record.status === 'completed' ? '' : `, ${record.status}`;
  const why = errorOf(record);
  const error = why === null ? '' : `: ${firstLine(why)}`;
  return `${score}${status}  ${record.cell}  ${formatDuration(record.seconds)}${error}`;
}

function gatedScore(record: CellRecord): string {
  const [metric, value] = [gatedMetric(record), gatedValue(record)];
  const { title } = metricOf(metric);
  return value === null ? `no ${title}` : `${title} ${valueText(metric, value)}`;
}

function heldOutScore(record: CellRecord): string {
  const name = wordsOfKind(record.kind).validation?.value ?? 'validation';
  const value = record.status === 'failed' ? null : heldOutValue(record);
  return value === null ? `no ${name}` : `${name} ${value.toPrecision(5)}`;
}

/** A part of a training in a line: what was measured, in machine units, the cell, and how far it is. */
export function pointLine({ cell, kind }: PlannedCell, { at, values }: CellPoint): string {
  const measured = Object.entries(values).map(([name, value]) => `${name} ${value?.toPrecision(5) ?? 'not finite'}`);
  return `${measured.join(', ')}  ${cell}  ${wordsOfKind(kind).at} ${at}`;
}

interface BoardState {
  percent: string;
  left: string;
  finished: number;
  /** Further words for the line; none: empty. */
  beside: string;
  total: number;
  fraction: number;
}

interface Board {
  begin(state: () => BoardState): void;
  refresh(): void;
  line(text: string): void;
  stop(): void;
}

function openLines(stream: NodeJS.WritableStream, heartbeatMs: number): Board {
  let timer: NodeJS.Timeout | null = null;
  return {
    begin(state) {
      timer = setInterval(() => {
        const { percent, left, finished, total, beside } = state();
        stream.write(`${percent} done, ${finished}/${total} cells finished${beside}, about ${left} left\n`);
      }, heartbeatMs);
      timer.unref();
    },
    refresh() {},
    line: (text) => void stream.write(`${text}\n`),
    stop() {
      if (timer !== null) clearInterval(timer);
    },
  };
}

/** Columns that a bar's text takes beside the bar, with room for large numbers. */
const barTextColumns = 36;

function openBar(stream: ProgressOptions['stream'], cells: number): Board {
  const bars = new MultiBar(
    {
      format: '{bar} {percent} {finished}/{cells}{beside}, {left} left',
      barsize: Math.max(4, Math.min(40, (stream.columns ?? 80) - barTextColumns)),
      // Without it the terminal would cut the lines of finished cells.
      linewrap: true,
      stream,
      hideCursor: true,
      clearOnComplete: true,
      stopOnComplete: false,
      // Ctrl-C is the runner's: it keeps what is finished and writes the reports.
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  let bar: Bar | null = null;
  let read: (() => BoardState) | null = null;
  function refresh(): void {
    if (bar === null || read === null) return;
    const { fraction, percent, left, finished, beside } = read();
    bar.update(Math.round(1000 * fraction), { percent, left, finished, beside });
  }
  return {
    begin(state) {
      read = state;
      bar = bars.create(1000, 0, { percent: '0%', left: state().left, finished: 0, cells, beside: '' });
    },
    refresh,
    line(text) {
      bars.log(`${text}\n`);
      refresh();
    },
    stop() {
      // Lines that wait in the bar's buffer appear with its next drawing.
      if (bar !== null) bars.update();
      bars.stop();
      bar = null;
    },
  };
}
