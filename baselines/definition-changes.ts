import { canonicalJson } from '../harness/canonical-json.ts';
import type { Definition, RecordedGraph } from '../harness/spec/definition.ts';
import { operationChanges } from './operation-changes.ts';
import { someOf } from './wording.ts';

/**
 * What the engine is asked to compute otherwise, a clause each; none where the definitions are equal. Neither the values
 * of the first steps are compared, which rounding moves, nor counts, which `countChanges` compares.
 *
 * @param at what a point of the curve is: `epoch`
 */
export function definitionChanges(expected: Definition, measured: Definition, at: string): string[] {
  return [
    ...graphChanges(expected, measured),
    ...phaseChanges(expected, measured),
    ...rateChanges(expected, measured, at),
    ...drawChanges(expected, measured, at),
    ...inputChanges(expected, measured),
    ...testChanges(expected, measured),
    ...initialChanges(expected, measured),
    ...numberChanges(expected.facts, knownOf(measured.facts, expected.facts)),
  ];
}

/** Of the facts those that an earlier program told, too: what was not told then is compared from its acceptance on. */
function knownOf(facts: Definition['facts'], told: Definition['facts']): Definition['facts'] {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => name in told));
}

function graphChanges({ graphs: before }: Definition, { graphs: after }: Definition): string[] {
  const kinds = [...new Set([...before, ...after].map(({ of }) => of))];
  return kinds.flatMap((of) => {
    const [then, now] = [before, after].map((graphs) => graphs.filter((graph) => graph.of === of));
    const feeds = (graphs: Definition['graphs']) => graphs.map((graph) => graph.feeds);
    const lost = feeds(then!).filter((one) => !feeds(now!).includes(one));
    const come = feeds(now!).filter((one) => !feeds(then!).includes(one));
    const clauses = now!.flatMap((graph) => {
      const same = then!.find((one) => one.feeds === graph.feeds);
      return same === undefined || same.digest === graph.digest ? [] : [operationClause(same, graph)];
    });
    return [
      ...lost.map((one) => `${of} is no longer fed ${one}`),
      ...come.map((one) => `${of} is fed ${one}`),
      ...toldOnce(clauses).map((clause) => `${of}: ${clause}`),
    ];
  });
}

/** Null: the graph is not the first of its kind, and its operations are not kept. */
function operationClause({ operations: then }: RecordedGraph, { operations: now }: RecordedGraph): string | null {
  return then === undefined || now === undefined ? null : someOf(operationChanges(then, now));
}

/** What is not told in words only where nothing is. */
function toldOnce(clauses: readonly (string | null)[]): string[] {
  const told = new Set(clauses.filter((clause) => clause !== null));
  return clauses.length > 0 && told.size === 0 ? ['other operations for feeds of other shapes'] : [...told];
}

function phaseChanges({ phases: before }: Definition, { phases: after }: Definition): string[] {
  const text = (phases: Definition['phases']) => phases.map(({ label, steps }) => `${label} ${steps}`).join(', ');
  return text(before) === text(after) ? [] : [`steps by training: ${text(after)} instead of ${text(before)}`];
}

const learningRate = 'learning rate';

function rateChanges(before: Definition, after: Definition, at: string): string[] {
  const [then, now] = [before, after].map(({ drawn }) => drawn[learningRate]);
  if (then === now) return [];
  const [left, right] = [before, after].map(({ rates }) => (rates === null ? null : expanded(rates)));
  if (left == null || right == null) return [sinceWhen(learningRate, then ?? '', now ?? '', at)];
  const step = left.findIndex((rate, index) => rate !== right[index]);
  // One of them goes on where the other ends.
  if (step === -1 || step >= right.length) return [`${right.length} steps instead of ${left.length}`];
  return [`${learningRate} from step ${step + 1} on: ${right[step]} instead of ${left[step]}`];
}

/** The learning rate of every step. */
function expanded(rates: string): number[] {
  return rates.split(' ').flatMap((run) => {
    const [rate, steps] = run.split('*').map(Number);
    return new Array<number>(steps ?? 0).fill(rate!);
  });
}

function drawChanges({ drawn: before }: Definition, { drawn: after }: Definition, at: string): string[] {
  return differing(before, after)
    .filter((part) => part !== learningRate)
    .map((part) => sinceWhen(part, before[part] ?? '', after[part] ?? '', at));
}

/** Hexadecimal digits of a point's digest. */
const digits = 8;

function sinceWhen(part: string, before: string, after: string, at: string): string {
  if (before === '') return `${part}: drawn, which was not`;
  if (after === '') return `${part}: no longer drawn`;
  for (let from = 0; from < Math.min(before.length, after.length); from += digits) {
    if (before.slice(from, from + digits) !== after.slice(from, from + digits)) {
      return `other ${part} from ${at} ${from / digits + 1} on`;
    }
  }
  return `${part}: end after ${at} ${after.length / digits} instead of ${before.length / digits}`;
}

function testChanges({ tests: before }: Definition, { tests: after }: Definition): string[] {
  const changed = differing(before, after);
  return changed.length === 0 ? [] : [`what is evaluated on differs: ${someOf(changed)}`];
}

/** Of the first step whose inputs differ: `images of step 1 differ, labels do not`. */
function inputChanges({ inputs: before }: Definition, { inputs: after }: Definition): string[] {
  const step = Array.from({ length: Math.max(before.length, after.length) }, (_, index) => index).find(
    (index) => differing(before[index] ?? {}, after[index] ?? {}).length > 0,
  );
  if (step === undefined) return [];
  const [then, now] = [before[step] ?? {}, after[step] ?? {}];
  const changed = differing(then, now);
  const same = Object.keys(now).filter((name) => !changed.includes(name));
  const rest = same.length === 0 ? '' : `, ${same.join(' and ')} do not`;
  return [`${changed.join(' and ')} of step ${step + 1} differ${rest}`];
}

function initialChanges({ initial: before }: Definition, { initial: after }: Definition): string[] {
  if (before.digest === after.digest) return [];
  const changed = differing(before.norms, after.norms);
  if (changed.length === 0) return ['initial values differ, their norms do not'];
  const shown = (norm: number | undefined) => (norm === undefined ? 'none' : String(Number(norm.toPrecision(5))));
  const texts = changed.map(
    (name) => `${name} has norm ${shown(after.norms[name])} instead of ${shown(before.norms[name])}`,
  );
  return [`initial values differ: ${someOf(texts)}`];
}

function numberChanges(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): string[] {
  const text = (value: unknown) => (value === undefined ? 'nothing' : canonicalJson(value));
  return differing(before, after).map((name) => `${name}: ${text(after[name])} instead of ${text(before[name])}`);
}

/** Names whose values differ, or that one side lacks, in the order of their first appearance. */
function differing(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.filter((name) => canonicalJson(before[name] ?? null) !== canonicalJson(after[name] ?? null));
}
