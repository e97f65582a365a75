import type { TopLevelSpec } from 'vega-lite';
import { shownScale } from '../../harness/spec/metrics.ts';
import { type ArmSummary, meanGain } from '../arms/arm-summary.ts';
import { costs } from '../arms/costs.ts';
import { dominating } from '../arms/pareto.ts';
import { withLane } from '../arms/tuning-lanes.ts';
import type { Figure } from '../render/document.ts';
import { legendsOf, metricOfArms } from './legends.ts';
import { type PlotLane, styleOf } from './plot-data.ts';
import { axisEncoding, config, type LookOf, metricAxis, titleOf } from './plot-style.ts';

/**
 * The metric against each measured cost of one model, data set and lane, with the set that no other arm beats; null
 * where no cost differs between arms.
 */
export function costPlot({ place, lane, own, dense }: PlotLane, lookOf: LookOf): Figure | null {
  const arms = [...new Set([...dense, ...own])].filter((arm) => meanGain(arm) !== null);
  // Parameters have a plot of their own.
  const panels = costs
    .filter(({ name }) => name !== 'parameters')
    .flatMap(({ title, of }) => {
      const priced = arms.flatMap((arm) => {
        const [cost, gain] = [of(arm), meanGain(arm)];
        return cost === null || cost <= 0 || gain === null ? [] : [{ arm, cost, gain }];
      });
      return new Set(priced.map(({ cost }) => cost)).size < 2 ? [] : [{ title, values: pointsOf(priced, lookOf) }];
    });
  if (panels.length === 0) return null;
  const metric = metricOfArms(arms);
  const y = { field: 'value', ...axisEncoding(metricAxis(metric)) };
  const { color } = legendsOf(arms, lookOf);
  const shape = {
    field: 'member',
    type: 'nominal',
    title: 'Pareto set',
    scale: { domain: ['in the set', 'dominated'], range: ['diamond', 'circle'] },
    legend: { symbolStrokeColor: 'currentColor' },
  };
  const isMember = [{ filter: "datum.member === 'in the set'" }];
  const concat = panels.map(({ title, values }) => {
    const x = { field: 'cost', type: 'quantitative', title, scale: { type: 'log', nice: false, padding: 10 } };
    const axis = { format: '~s', tickCount: 4, labelOverlap: true };
    return {
      width: 330,
      height: 220,
      data: { values },
      encoding: { x: { ...x, axis }, y },
      layer: [
        {
          transform: isMember,
          mark: { type: 'line', interpolate: 'step-after', color: '#888888', strokeWidth: 1, aria: false },
        },
        {
          mark: { type: 'point', filled: true, opacity: 0.85, aria: false },
          encoding: {
            color,
            shape,
            size: { condition: { test: isMember[0]!.filter, value: 70 }, value: 22 },
          },
        },
      ],
    };
  });
  const caption =
    'Means over the seeds of every arm. Line and diamonds: the Pareto set by means, which no other arm beats in both; ' +
    'the section on it says what the tests say of that.';
  const title = `${titleOf(metric)} against cost, ${withLane(place, lane)}`;
  return { title, caption, spec: { config, columns: 2, concat } as unknown as TopLevelSpec };
}

interface Priced {
  arm: ArmSummary;
  cost: number;
  gain: number;
}

function pointsOf(priced: readonly Priced[], lookOf: LookOf) {
  const members = dominating(priced);
  return priced.map((point) => ({
    cost: point.cost,
    value: shownScale(point.arm.metric) * (point.arm.value.mean ?? 0),
    member: members.has(point) ? 'in the set' : 'dominated',
    ...styleOf(point.arm, lookOf),
  }));
}
