import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  collectMethods,
  collectPaths,
  collectText,
  defaultJobs,
  integerFrom,
  pathOption,
} from '../../harness/cli/parse-options.ts';
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

describe('a path', () => {
  const read = (text: string, env: NodeJS.ProcessEnv = {}) => pathOption('--out', { env })(text);

  it('is absolute, from the current folder on', () => {
    expect(read('sub/o')).toBe(join(process.cwd(), 'sub/o'));
    expect(read('/a/../b')).toBe('/b');
  });

  it('is refused where it is empty, or another user’s home that no shell has expanded', () => {
    for (const text of ['', ' ']) expect(() => read(text)).toThrow("--out '': the path is empty");
    expect(() => read('~bob/x')).toThrow("--out ~bob/x: another user's home is not expanded here");
  });

  it('has ~ for the home folder, and only at its start', () => {
    expect(read('~/x', { HOME: '/home/me' })).toBe('/home/me/x');
    expect(read('~', { HOME: '/home/me' })).toBe('/home/me');
    expect(read('/a/~/x', { HOME: '/home/me' })).toBe('/a/~/x');
  });

  it('is collected where an option may be repeated, beside names of methods', () => {
    const io = { env: { HOME: '/home/me' } };
    expect(collectPaths('merge', io)('~/b', ['/a'])).toEqual(['/a', '/home/me/b']);
    const collect = collectMethods(io);
    expect(collect('~/m.js', collect('snip'))).toEqual(['snip', '/home/me/m.js']);
    expect(collect('m.mjs')).toEqual([join(process.cwd(), 'm.mjs')]);
    expect(() => collect('')).toThrow("--method '': the path is empty");
  });
});

it('collects texts in their order, none blank', () => {
  const collect = collectText('--peer');
  expect(collect('b', collect('a'))).toEqual(['a', 'b']);
  expect(() => collect(' ', ['a'])).toThrow('--peer: the text is empty');
});
