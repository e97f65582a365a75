import { grouped } from '../../baselines/arms.ts';
import { measuredOnly, median } from '../../harness/statistics/moments.ts';
import { byPlace, isCompressed } from '../arms/arm-groups.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';
import { budgetOf, isDense, isTuned, methodOf } from '../arms/coordinates.ts';
import type { Block, Column, Section } from '../render/document.ts';
import { table, text } from '../render/document.ts';
import { fixed, orDash, significant, whole } from '../render/format.ts';

/** What each method keeps at each budget and how fast a training step is; no section where fewer than two compress. */
export function methodSection(arms: readonly ArmSummary[]): Section | null {
  const blocks: Block[] = [];
  for (const [place, members] of byPlace(arms)) {
    if (new Set(members.filter(isCompressed).map(methodOf)).size < 2) continue;
    const dense = members.filter(isDense);
    const groups = grouped(members, (arm) => `${methodOf(arm)} ${budgetOf(arm)}`);
    const rows = [...groups.values()].flatMap((group) => rowOf(group, dense) ?? []);
    blocks.push(text(`${place}:`), table(rows, columns));
  }
  return blocks.length === 0
    ? null
    : { heading: 'Size and speed by method', blocks: [...blocks, text(legendFor(arms))] };
}

const legendFor = (arms: readonly ArmSummary[]) =>
  'Medians over all completed cells of a method at a budget, whatever their ' +
  `initialization${arms.some(isTuned) ? ', regularizer and tuning' : ' and regularizer'}: ` +
  'parameters kept, their ratio to the dense model’s, multiply-accumulates of one forward pass, and the time of a ' +
  'training step beside whatever else was running. / dense: over the median of the dense cells.';

interface Row {
  method: string;
  budget: number | null;
  parameters: number | null;
  ratio: number | null;
  macs: number | null;
  macsOverDense: number | null;
  cells: number;
  step: number | null;
  stepOverDense: number | null;
}

function rowOf(group: readonly ArmSummary[], dense: readonly ArmSummary[]): Row | null {
  const [first] = group;
  if (!first) return null;
  const macs = known(group, 'macs');
  const step = stepOf(group);
  return {
    method: methodOf(first),
    budget: budgetOf(first),
    macs,
    step,
    parameters: known(group, 'nonzero_parameters'),
    ratio: known(group, 'ratio'),
    macsOverDense: quotient(macs, known(dense, 'macs')),
    cells: group.reduce((sum, { completed }) => sum + completed.length, 0),
    stepOverDense: quotient(step, stepOf(dense)),
  };
}

function known(arms: readonly ArmSummary[], field: 'nonzero_parameters' | 'ratio' | 'macs'): number | null {
  return middleOf(arms.flatMap(({ completed }) => completed.map((record) => record[field])));
}

function stepOf(arms: readonly ArmSummary[]): number | null {
  return middleOf(arms.flatMap(({ completed }) => completed.map(({ step_ms }) => step_ms)));
}

function middleOf(values: readonly (number | null)[]): number | null {
  const measured = measuredOnly(values);
  return measured.length === 0 ? null : median(measured);
}

function quotient(value: number | null, by: number | null): number | null {
  return value === null || by === null || by === 0 ? null : value / by;
}

const number = (name: string, cell: (row: Row) => string): Column<Row> => ({ name, cell, numeric: true });

const columns: Column<Row>[] = [
  { name: 'method', cell: ({ method }) => method },
  number('budget', ({ budget }) => orDash(budget, String)),
  number('parameters', ({ parameters }) => orDash(parameters, whole)),
  number('ratio', ({ ratio }) => orDash(ratio, fixed(4))),
  number('MACs', ({ macs }) => orDash(macs, whole)),
  number('MACs / dense', ({ macsOverDense }) => times(macsOverDense)),
  number('cells', ({ cells }) => String(cells)),
  number('step ms', ({ step }) => orDash(step, significant)),
  number('step / dense', ({ stepOverDense }) => times(stepOverDense)),
];

function times(value: number | null): string {
  return orDash(value, (ratio) => `${ratio.toFixed(2)}×`);
}
