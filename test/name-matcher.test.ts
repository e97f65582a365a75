import { describe, expect, it, test } from 'vitest';
import { UsageError } from '../harness/errors.ts';
import { nameMatcher } from '../harness/name-matcher.ts';

const names = [
  'train-step/resnet-20/dense',
  'evaluation/resnet-20/dense',
  'data/batch',
  'low-rank-0.1.spectral.seed-0',
];
const found = (...globs: string[]) => names.filter(nameMatcher(globs)).map((name) => names.indexOf(name));

describe('nameMatcher', () => {
  it.each([
    ['a star across slashes', ['train*'], [0]],
    ['a star before slashes', ['*dense'], [0, 1]],
    ['a star alone', ['*'], [0, 1, 2, 3]],
    ['two stars', ['**'], [0, 1, 2, 3]],
    ['stars between slashes', ['*/resnet-20/*'], [0, 1]],
    ['a star after a slash', ['data/*'], [2]],
    ['a star across dots', ['low-rank-*seed-0'], [3]],
    ['one character', ['low-rank-0.?.*'], [3]],
    ['alternatives', ['{train,data}*'], [0, 2]],
    ['a set of characters', ['[de]*'], [1, 2]],
    ['any of several globs', ['data*', '*seed-0'], [2, 3]],
    ['the whole name', ['data/batch'], [2]],
    ['no part of a name', ['data', 'resnet-20'], []],
  ])('matches %s', (_what, globs, expected) => {
    expect(found(...globs)).toEqual(expected);
  });

  test('matches the whole of a name only', () => {
    expect(found('batch')).toEqual([]);
  });
});

it.each([
  ['groups within groups', '+(*+(*+(*e)))X'],
  ['more stars than any name needs', '*a'.repeat(30)],
  ['more characters than any name', 'a'.repeat(400)],
  ['an empty one', ''],
])('refuses %s', (_what, glob) => {
  expect(() => nameMatcher([glob])).toThrow(UsageError);
  expect(() => nameMatcher([glob])).toThrow(/^--only /);
});
