import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { editCount, editsBetween, phoneErrors, phonesOf } from '../../../harness/tasks/twin-regularization/phones.ts';

interface Pair {
  right: number[];
  heard: number[];
  edits: number;
}

/** What `make-fixtures.py` has computed. */
const pairs = JSON.parse(await readFile(new URL('fixtures/edits.json', import.meta.url), 'utf8')) as Pair[];

describe('phones of frames', () => {
  it('are one for equal labels in a row', () => {
    expect(phonesOf([3, 3, 1, 1, 1, 3, 2], null)).toEqual([3, 1, 3, 2]);
    expect(phonesOf([], null)).toEqual([]);
  });

  it('leave out the blank, which parts equal phones', () => {
    expect(phonesOf([0, 3, 3, 0, 0, 3, 1, 0], 0)).toEqual([3, 3, 1]);
    expect(phonesOf([0, 0], 0)).toEqual([]);
  });
});

describe('edits', () => {
  it('are as few as the recursion over prefixes finds', () => {
    expect(pairs.map(({ right, heard }) => editCount(editsBetween(right, heard)))).toEqual(
      pairs.map(({ edits }) => edits),
    );
  });

  it('by kind add up to the difference of the lengths', () => {
    for (const { right, heard } of pairs) {
      const { insertions, deletions } = editsBetween(right, heard);
      expect(insertions - deletions).toBe(heard.length - right.length);
    }
  });

  it.each([
    [[1, 2, 3], [1, 2, 3], { substitutions: 0, insertions: 0, deletions: 0 }],
    [[1, 2, 3], [1, 4, 3], { substitutions: 1, insertions: 0, deletions: 0 }],
    [[1, 2, 3], [1, 3], { substitutions: 0, insertions: 0, deletions: 1 }],
    [[1, 3], [1, 2, 3, 3], { substitutions: 0, insertions: 2, deletions: 0 }],
    [[], [1], { substitutions: 0, insertions: 1, deletions: 0 }],
    [[1], [], { substitutions: 0, insertions: 0, deletions: 1 }],
  ])('from %j to %j', (right, heard, expected) => {
    expect(editsBetween(right, heard)).toEqual(expected);
  });

  it('of utterances add up, by labels of frames', () => {
    const utterances = [
      { right: [1, 1, 2], heard: [1, 2, 2] },
      { right: [3, 3, 0, 3], heard: [3, 3, 3, 3] },
    ];
    // The blank parts two phones, of which one is told.
    expect(phoneErrors(utterances, 0)).toEqual({ phones: 4, substitutions: 0, insertions: 0, deletions: 1 });
  });
});
