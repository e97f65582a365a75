/** A word of the table as its present symbols. */
export interface SplitWord {
  symbols: string[];
  readonly frequency: number;
}

/** Between the symbols of a pair: no word holds it, as words hold no white space. */
const between = ' ';

/**
 * How often each two neighbouring symbols occur in a table of words, kept up to date as pairs are merged: only the
 * words that hold a merged pair are looked at again.
 */
export interface PairCounts {
  /** The most frequent pair; of several, the one whose symbols come first, compared as UTF-16 code units. */
  best(): { readonly pair: readonly [string, string]; readonly count: number } | null;
  /** Joins every occurrence of a pair, from left to right. */
  merge(pair: readonly [string, string]): void;
}

/** How often each pair of neighbouring symbols stands in the words, each word counted as often as it occurs. */
export function pairCounts(words: readonly SplitWord[]): PairCounts {
  const counts = new Map<string, number>();
  /** Words that hold a pair, or held it once. */
  const holders = new Map<string, Set<SplitWord>>();
  const queue = bestFirst();
  const touched = new Set<string>();

  const add = (word: SplitWord, sign: 1 | -1): void => {
    for (let i = 0; i + 1 < word.symbols.length; i++) {
      const key = word.symbols[i]! + between + word.symbols[i + 1]!;
      counts.set(key, (counts.get(key) ?? 0) + sign * word.frequency);
      touched.add(key);
      if (sign < 0) continue;
      const held = holders.get(key);
      if (held === undefined) holders.set(key, new Set([word]));
      else held.add(word);
    }
  };
  const enqueue = (): void => {
    for (const key of touched) {
      const count = counts.get(key)!;
      if (count > 0) queue.push({ key, count });
      else counts.delete(key);
    }
    touched.clear();
  };

  for (const word of words) add(word, 1);
  enqueue();
  return {
    best() {
      // An entry whose count has changed since is out of date; a newer one of the same pair is in the queue.
      while (queue.top() !== undefined && counts.get(queue.top()!.key) !== queue.top()!.count) queue.pop();
      const top = queue.top();
      return top === undefined ? null : { pair: top.key.split(between) as [string, string], count: top.count };
    },
    merge([left, right]) {
      const key = left + between + right;
      for (const word of holders.get(key) ?? []) {
        const symbols = merged(word.symbols, left, right);
        if (symbols.length === word.symbols.length) continue;
        add(word, -1);
        word.symbols = symbols;
        add(word, 1);
      }
      holders.delete(key);
      enqueue();
    },
  };
}

/** `symbols` with every occurrence of a pair joined, from left to right. */
export function merged(symbols: readonly string[], left: string, right: string): string[] {
  const out: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] === left && symbols[i + 1] === right) out.push(left + symbols[++i]!);
    else out.push(symbols[i]!);
  }
  return out;
}

interface Entry {
  readonly key: string;
  readonly count: number;
}

/** A binary heap of pairs, the one to merge first on top. */
function bestFirst() {
  const heap: Entry[] = [];
  const before = (a: Entry, b: Entry) => a.count > b.count || (a.count === b.count && a.key < b.key);
  const swap = (i: number, j: number) => {
    [heap[i], heap[j]] = [heap[j]!, heap[i]!];
  };
  return {
    top: (): Entry | undefined => heap[0],
    push(entry: Entry): void {
      let at = heap.push(entry) - 1;
      while (at > 0 && before(heap[at]!, heap[(at - 1) >> 1]!)) {
        swap(at, (at - 1) >> 1);
        at = (at - 1) >> 1;
      }
    },
    pop(): void {
      const last = heap.pop()!;
      if (heap.length === 0) return;
      heap[0] = last;
      for (let at = 0; ; ) {
        let first = at;
        for (const child of [2 * at + 1, 2 * at + 2]) {
          if (child < heap.length && before(heap[child]!, heap[first]!)) first = child;
        }
        if (first === at) return;
        swap(at, first);
        at = first;
      }
    },
  };
}
