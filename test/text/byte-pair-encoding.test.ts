import { describe, expect, it, test } from 'vitest';
import { streamsOf } from '../../harness/random.ts';
import { endOfWord, joinSymbols, learnMerges, type Merge, mergeWords } from '../../harness/text/byte-pair-encoding.ts';
import { merged } from '../../harness/text/pair-counts.ts';

const e = endOfWord;
/** The example of Sennrich et al. 2016, algorithm 1. */
const published = new Map([
  ['low', 5],
  ['lower', 2],
  ['newest', 6],
  ['widest', 3],
]);

describe('learnMerges', () => {
  it('learns the published example, ties by code units', () => {
    // By hand. First e s and s t· have 9, w e 8, l o 7. With es, es t· has 9 and w e is left in lower alone (2); then l
    // o
    // has 7; then e w, n e and w est· have 6, and after e w: ew est· and n ew; then lo w· has 5, and d est·, i d, w i
    // 3.
    expect(learnMerges(published, 8)).toEqual([
      ['e', 's'],
      ['es', `t${e}`],
      ['l', 'o'],
      ['e', 'w'],
      ['ew', `est${e}`],
      ['n', `ewest${e}`],
      ['lo', `w${e}`],
      ['d', `est${e}`],
    ]);
  });

  it('merges a pair that overlaps itself from left to right', () => {
    // aaa· : (a a) 1 and (a a·) 1 an occurrence; a a comes first.
    expect(learnMerges(new Map([['aaa', 2]]), 5)).toEqual([
      ['a', 'a'],
      ['aa', `a${e}`],
    ]);
    expect(merged(['a', 'a', 'a', 'a', 'a'], 'a', 'a')).toEqual(['aa', 'aa', 'a']);
  });

  it('stops where no pair is frequent enough', () => {
    expect(learnMerges(new Map([['ab', 1]]), 5)).toEqual([]);
    expect(learnMerges(new Map([['ab', 1]]), 5, 1)).toEqual([['a', `b${e}`]]);
    expect(learnMerges(new Map(), 5)).toEqual([]);
  });

  it('takes code points for characters', () => {
    expect(learnMerges(new Map([['😀ü', 2]]), 5)).toEqual([['😀', `ü${e}`]]);
  });

  it('equals counting everything anew before each merge, in any order of the table', () => {
    const table = randomTable(300);
    const expected = byCountingAnew(table, 150);
    expect(expected).toHaveLength(150);
    expect(learnMerges(table, 150)).toEqual(expected);
    expect(learnMerges(new Map([...table].reverse()), 150)).toEqual(expected);
  });

  it.each(['', 'a b', `a${e}`])('refuses %j, which is not a word', (word) => {
    expect(() => learnMerges(new Map([[word, 1]]), 1)).toThrow('is not a word');
  });
});

describe('mergeWords', () => {
  const split = mergeWords(learnMerges(published, 8));

  test.each([
    ['low', [`low${e}`]],
    ['lowest', ['lo', 'w', `est${e}`]],
    ['newest', [`newest${e}`]],
    ['lot', ['lo', `t${e}`]],
    ['x', [`x${e}`]],
  ])('%s', (word, symbols) => {
    expect(split(word)).toEqual(symbols);
    expect(split(word)).toBe(split(word));
    expect(joinSymbols(split(word))).toEqual([word]);
  });

  it('splits every word of the table as learning left it', () => {
    const table = randomTable(200);
    const merges = learnMerges(table, 100);
    const apply = mergeWords(merges);
    for (const word of table.keys()) {
      const left = merges.reduce((symbols, merge) => merged(symbols, ...merge), charactersOf(word));
      expect(apply(word)).toEqual(left);
    }
  });
});

test('joinSymbols keeps a last word without an end', () => {
  expect(joinSymbols(['a', `b${e}`, 'c'])).toEqual(['ab', 'c']);
  expect(joinSymbols([])).toEqual([]);
});

/** Words of a few letters, so that pairs overlap and tie often. */
function randomTable(size: number): Map<string, number> {
  const uniform = streamsOf('byte-pair-encoding', 0)('table');
  const letters = 'abcd';
  return new Map(
    Array.from({ length: size }, () => [
      Array.from({ length: 1 + Math.floor(9 * uniform()) }, () => letters[Math.floor(4 * uniform())]).join(''),
      1 + Math.floor(5 * uniform()),
    ]),
  );
}

function charactersOf(word: string): string[] {
  return [...word.slice(0, -1), word.at(-1)! + e];
}

function byCountingAnew(table: ReadonlyMap<string, number>, merges: number): Merge[] {
  let words = [...table].map(([word, frequency]) => ({ symbols: charactersOf(word), frequency }));
  return Array.from({ length: merges }, () => {
    const counts = new Map<string, number>();
    for (const { symbols, frequency } of words) {
      for (let i = 1; i < symbols.length; i++) {
        const key = `${symbols[i - 1]} ${symbols[i]}`;
        counts.set(key, (counts.get(key) ?? 0) + frequency);
      }
    }
    const [key] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]!;
    const [left, right] = key.split(' ') as [string, string];
    words = words.map(({ symbols, frequency }) => ({ symbols: merged(symbols, left, right), frequency }));
    return [left, right];
  });
}
