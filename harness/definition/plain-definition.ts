import { createHash } from 'node:crypto';
import type { Variable } from '../engine/variable.ts';
import type { Definition } from '../spec/definition.ts';
import { shortNumber } from './first-steps.ts';
import { bytesOf } from './trace.ts';

/** What is told of a computation without recorded steps; what is left out, it has not. */
export interface PlainDefinition extends Partial<Omit<Definition, 'initial'>> {
  /** Everything that it changes, at its first values. */
  state: readonly Variable[];
}

/** The definition of a computation that is no training by recorded steps: facts, draws, and first values. */
export function plainDefinition({ state, ...given }: PlainDefinition): Definition {
  return {
    data: '',
    graphs: [],
    phases: [],
    drawn: {},
    rates: null,
    inputs: [],
    tests: {},
    initial: initialOf(state),
    first_steps: { arithmetic: 'native', threads: 1, losses: [], values: {} },
    counts: {},
    facts: {},
    ...given,
  };
}

/** Digest and norms of the variables; those that are all zero are in the digest alone. */
export function initialOf(variables: readonly Variable[]): Definition['initial'] {
  const hash = createHash('sha256');
  const norms: Record<string, number> = {};
  for (const { name, value } of variables) {
    const entries = value.dataSync();
    hash.update(`${name}[${value.shape}]`).update(bytesOf(entries));
    let squares = 0;
    for (const entry of entries) squares += entry * entry;
    // Of two networks of one training, the second one's names come again.
    if (squares > 0) norms[name in norms ? `${name} (2)` : name] = Number(shortNumber(Math.sqrt(squares)));
  }
  return { digest: hash.digest('hex'), norms };
}
