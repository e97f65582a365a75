import { permutation, type Streams } from '../random.ts';
import { bosId, eosId, padId } from './vocabulary.ts';

/** A sentence pair as ids, without <bos> and <eos>. */
export interface IdPair {
  readonly source: readonly number[];
  readonly target: readonly number[];
}

/** Sentence pairs padded to one length a side, row after row. */
export interface TokenBatch {
  /** Rows; those behind the last pair are padding, and have no pair. */
  readonly size: number;
  /** Which pairs, row by row. */
  readonly pairs: readonly number[];
  readonly sourceLength: number;
  readonly targetLength: number;
  /** Ids and <eos>, [size, sourceLength]. */
  readonly source: Int32Array;
  /** What the decoder reads: <bos> and ids, [size, targetLength]. */
  readonly target: Int32Array;
  /** What it predicts: ids and <eos>. */
  readonly labels: Int32Array;
  /** 1 for each label that counts and 0 for padding. */
  readonly weights: Float32Array;
}

export interface BatchOptions {
  /** Padded tokens of the longer side that a batch holds at most; a longer pair is a batch of its own. */
  readonly tokens: number;
  /** Lengths that sides are padded to, ascending; each one with both sides is a shape to record a graph for. */
  readonly lengths: readonly number[];
}

/**
 * One epoch's batches in a random order. Pairs are put together whose longer side, with <bos> or <eos>, is padded to
 * the same length, and both sides are padded to that length: there are as many shapes as lengths. A length L has max(1,
 * ⌊tokens / L⌋) rows in every batch; the last of a length is filled up with rows of padding, whose weights are 0. Which
 * pairs meet and the order of batches come from one stream an epoch.
 * @throws Error where a pair is longer than the largest length
 */
export function trainTokenBatches(
  pairs: readonly IdPair[],
  options: BatchOptions,
  epoch: number,
  streams: Streams,
): TokenBatch[] {
  const uniform = streams(`order/${epoch}`);
  const groups = groupsOf(pairs, permutation(pairs.length, uniform), options);
  const order = permutation(groups.length, uniform);
  return Array.from(order, (index) => batchOf(pairs, groups[index]!));
}

/** All pairs once, the shortest first, otherwise as `trainTokenBatches`; the same on every call. */
export function testTokenBatches(pairs: readonly IdPair[], options: BatchOptions): TokenBatch[] {
  const order = Uint32Array.from(pairs.keys()).sort((a, b) => lengthOf(pairs[a]!) - lengthOf(pairs[b]!) || a - b);
  return groupsOf(pairs, order, options).map((group) => batchOf(pairs, group));
}

interface Group {
  readonly length: number;
  readonly rows: number;
  readonly members: number[];
}

function groupsOf(pairs: readonly IdPair[], order: Uint32Array, { tokens, lengths }: BatchOptions): Group[] {
  const groups: Group[] = [];
  const unfinished = new Map<number, Group>();
  for (const index of order) {
    const needed = lengthOf(pairs[index]!);
    const length = lengths.find((candidate) => candidate >= needed);
    if (length === undefined) {
      throw new Error(`token batches: pair ${index} has ${needed} tokens, more than ${lengths.at(-1)}; leave it out`);
    }
    let group = unfinished.get(length);
    if (group === undefined) {
      group = { length, rows: Math.max(1, Math.floor(tokens / length)), members: [] };
      groups.push(group);
      unfinished.set(length, group);
    }
    group.members.push(index);
    if (group.members.length === group.rows) unfinished.delete(length);
  }
  return groups;
}

/** Tokens of the longer side, with <eos> on the source's and <bos> or <eos> on the target's. */
function lengthOf({ source, target }: IdPair): number {
  return Math.max(source.length, target.length) + 1;
}

function batchOf(pairs: readonly IdPair[], { length, rows, members }: Group): TokenBatch {
  const source = new Int32Array(rows * length).fill(padId);
  const target = new Int32Array(rows * length).fill(padId);
  const labels = new Int32Array(rows * length).fill(padId);
  const weights = new Float32Array(rows * length);
  members.forEach((index, row) => {
    const pair = pairs[index]!;
    const start = row * length;
    source.set([...pair.source, eosId], start);
    target.set([bosId, ...pair.target], start);
    labels.set([...pair.target, eosId], start);
    weights.fill(1, start, start + pair.target.length + 1);
  });
  return {
    size: rows,
    pairs: members,
    sourceLength: length,
    targetLength: length,
    source,
    target,
    labels,
    weights,
  };
}
