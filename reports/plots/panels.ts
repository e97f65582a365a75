import type { TopLevelSpec } from 'vega-lite';
import { grouped } from '../../baselines/arms.ts';
import type { Line } from './plot-data.ts';
import { config } from './plot-style.ts';

/** A point of a line. */
export interface LinePoint extends Line {
  /** Ends of the interval around the point, where there are any. */
  low?: number;
  high?: number;
}

/** How lines are drawn. */
interface Look {
  /** Encodings of position, colour and dashes. */
  x: object;
  y: object;
  color: object;
  /** Null: all lines are solid. */
  strokeDash: object | null;
  /** Whether points are marked on the lines. */
  dots: boolean;
  /** How the interval around a point is drawn. */
  interval: 'rule' | 'band';
  /** A value of y to compare with. */
  level?: number | null;
}

/** Most panels of a plot. */
const mostPanels = 8;

/** Lines of more methods in one plot cannot be told apart: there are not as many colours. */
const mostMethods = 2;

/**
 * Lines in small panels with the same axes, one a method, and one a value of what colours them where it has several,
 * such as its regularizers; the methods with the most lines first. Few methods share one large plot.
 */
export function panelSpec(points: readonly LinePoint[], look: Look): TopLevelSpec {
  if (!arePanels(points)) {
    const data = { values: points.map((point) => ({ ...point, own: true })) };
    return { width: 520, height: 280, config, data, layer: layersOf(points, look) } as TopLevelSpec;
  }
  const panels = panelsOf(points);
  const values = [...panels].flatMap(([panel, own]) => [
    ...points.filter((point) => !own.has(point)).map((point) => ({ ...point, panel, own: false })),
    ...[...own].map((point) => ({ ...point, panel, own: true })),
  ]);
  const header = { labelFontWeight: 'bold', labelColor: 'currentColor' };
  return {
    config,
    data: { values },
    columns: 4,
    facet: { field: 'panel', type: 'nominal', title: null, sort: [...panels.keys()], header },
    spec: { width: 190, height: 150, layer: layersOf(points, look) },
  } as TopLevelSpec;
}

/** Whether `panelSpec` draws panels. */
export function arePanels(points: readonly LinePoint[]): boolean {
  return new Set(points.map(({ method }) => method)).size > mostMethods;
}

function panelsOf(points: readonly LinePoint[]): Map<string, Set<LinePoint>> {
  const methods = grouped(points, ({ method }) => method);
  const linesOf = (members: readonly LinePoint[]) => new Set(members.map(({ arm }) => arm)).size;
  const panels = new Map<string, Set<LinePoint>>();
  for (const [method, members] of [...methods].sort(([, left], [, right]) => linesOf(right) - linesOf(left))) {
    const parts = grouped(members, ({ split }) => split);
    for (const [split, own] of parts) {
      panels.set(parts.size > 1 ? `${method}, ${split}` : method, new Set(own));
    }
  }
  return new Map([...panels].slice(0, mostPanels));
}

/** A sentence for a caption, behind a space, on the methods that have no panel for lack of room; else empty. */
export function panelNote(points: readonly LinePoint[]): string {
  if (!arePanels(points)) return '';
  const drawn = new Set([...panelsOf(points).values()].flatMap((own) => [...own]).map(({ method }) => method));
  const left = new Set(points.map(({ method }) => method).filter((method) => !drawn.has(method)));
  return left.size === 0 ? '' : ` Without a panel, in the tables: ${[...left].join(', ')}.`;
}

/** The layers of lines: those behind, the level, intervals, the lines themselves, and their points. */
export function layersOf(points: readonly LinePoint[], look: Look): object[] {
  const { x, y, color, strokeDash, level, dots, interval: shape } = look;
  const detail = { field: 'arm' };
  const own = { transform: [{ filter: 'datum.own' }] };
  const base = { x, y, color, detail };
  const dashed = strokeDash === null ? base : { ...base, strokeDash };
  const interval = { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color, detail };
  // Without the text that is read out for each mark: thousands of them would make the page large.
  const mark = { aria: false };
  return [
    {
      transform: [{ filter: '!datum.own' }],
      mark: { ...mark, type: 'line', strokeWidth: 1, color: '#88888866' },
      encoding: { x, y, detail },
    },
    ...(typeof level === 'number' ? [levelLayer(level, mark)] : []),
    ...(points.some(({ low }) => low !== undefined)
      ? [{ ...own, mark: { ...mark, ...intervalMarks[shape] }, encoding: interval }]
      : []),
    { ...own, mark: { ...mark, type: 'line', strokeWidth: 2 }, encoding: dashed },
    // Marks of their own, so that the legend of dashes shows strokes and no dots.
    ...(dots ? [{ ...own, mark: { ...mark, type: 'point', filled: true, size: 22 }, encoding: base }] : []),
  ];
}

const intervalMarks = {
  rule: { type: 'rule', opacity: 0.45, strokeWidth: 2 },
  band: { type: 'area', opacity: 0.18 },
} as const;

function levelLayer(level: number, mark: object): object {
  return {
    // One rule a panel, not one a point.
    transform: [{ aggregate: [{ op: 'count', as: 'points' }], groupby: [] }],
    mark: { ...mark, type: 'rule', strokeDash: [1, 3], color: 'currentColor' },
    encoding: { y: { datum: level } },
  };
}
