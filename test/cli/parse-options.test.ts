import { expect, it } from 'vitest';
import { collectText, defaultJobs, integerFrom } from '../../harness/cli/parse-options.ts';
import { editDistance, suggestion } from '../../harness/suggest.ts';

it.each([
  [1, 2, 2],
  [2, 5, 2],
  [4, 2, 1],
])('with %i threads on %i cores runs %i jobs', (threads, cores, jobs) => {
  expect(defaultJobs(threads, cores)).toBe(jobs);
});

it.each([
  ['', 'abc', 3],
  ['smoke', 'smoke', 0],
  ['smke', 'smoke', 1],
  ['kitten', 'sitting', 3],
])('the edit distance of %j and %j is %i', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

it('suggests the nearest name only where it is near', () => {
  expect(suggestion('papr', ['smoke', 'paper'])).toBe('did you mean paper? Known: smoke, paper.');
  expect(suggestion('weekly', ['smoke', 'paper'])).toBe('Known: smoke, paper.');
});

it('reads whole numbers from a least one on', () => {
  expect(integerFrom('--alternations', 5)('5')).toBe(5);
  expect(() => integerFrom('--alternations', 5)('4')).toThrow(
    '--alternations 4: expected a whole number of at least 5',
  );
});

it('collects texts in their order, none blank', () => {
  const collect = collectText('--peer');
  expect(collect('b', collect('a'))).toEqual(['a', 'b']);
  expect(() => collect(' ', ['a'])).toThrow('--peer: the text is empty');
});
