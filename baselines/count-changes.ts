import type { Definition } from '../harness/spec/definition.ts';
import { countsByOperation } from './operation-changes.ts';

/** A count that both sides have, and that differs. */
export interface CountChange {
  name: string;
  expected: number;
  measured: number;
}

/** Kernels reserve some bytes of their own, which is a part in a million of what a step needs. */
const reserved = 1e-5;

/**
 * Counts of a definition that changed, in either direction: the nodes of recorded graphs by operation, and what it
 * tells itself (floating-point operations of a step, graph runs, recorded graphs, steps, examples, bytes of the state
 * and of a step). A count that the accepted definition does not tell yet is not compared.
 */
export function countChanges(accepted: Definition, measured: Definition): CountChange[] {
  const [before, now] = [accepted, measured].map((definition) => ({ ...nodeCounts(definition), ...definition.counts }));
  const nodes = Object.keys(nodeCounts(measured));
  const names = [...new Set([...Object.keys(before!), ...nodes])];
  return names.flatMap((name) => {
    const change = { name, expected: before![name] ?? 0, measured: now![name] ?? 0 };
    return isEqual(change) ? [] : [change];
  });
}

/** Whether a count is what it was; bytes may differ by what kernels reserve. */
export function isEqual({ name, expected, measured }: CountChange): boolean {
  const allowed = name.includes('bytes') ? reserved * expected : 0;
  return Math.abs(measured - expected) <= allowed;
}

/** Of the first graph of each training, and of evaluation. */
function nodeCounts({ graphs }: Definition): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { of, operations = '' } of graphs.filter((graph, at) => at === firstOf(graphs, graph))) {
    for (const [operation, count] of countsByOperation(operations)) {
      counts[`${of}: graph nodes of ${operation}`] = count;
    }
  }
  return counts;
}

function firstOf(graphs: Definition['graphs'], { of }: Definition['graphs'][number]): number {
  return graphs.findIndex((graph) => graph.of === of);
}
