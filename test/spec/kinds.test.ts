import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { image } from '../../harness/spec/image.ts';
import { addKindWords, configSchema, kindNames, wordsOfKind } from '../../harness/spec/kinds.ts';
import { suiteSchema } from '../../harness/spec/suite.ts';
import { addKind, kindOf } from '../../harness/tasks/registry.ts';
import { fixtureConfig } from '../helpers/records.ts';
import { experimentOf, fixtureSuite } from '../helpers/suites.ts';

describe('the lists of kinds', () => {
  it('have the kinds that have a folder, each under its name, in words and work', () => {
    const entries = readdirSync(new URL('../../harness/tasks/', import.meta.url), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect([...kindNames()].sort()).toEqual(folders.sort());
    for (const name of kindNames()) expect([wordsOfKind(name).task, kindOf(name).task]).toEqual([name, name]);
  });

  it('name the known ones where a kind is unknown', () => {
    const message = `kind of task 'poetry' is unknown; known: ${kindNames().join(', ')}`;
    expect(() => wordsOfKind('poetry')).toThrow(message);
    expect(() => kindOf('poetry')).toThrow(message);
  });

  it('refuse a second kind of one name', () => {
    const message = "kind 'image' is known already; choose another name";
    expect(() => addKindWords(image)).toThrow(message);
    expect(() => addKind(kindOf('image'))).toThrow(message);
  });

  it('refuse a metric that is not in the table, before anything is computed', () => {
    const message = "metric 'elegance' is unknown; known: accuracy";
    expect(() => addKindWords({ ...image, task: 'poetry', metrics: ['elegance'] })).toThrow(message);
    expect(() => addKindWords({ ...image, task: 'poetry', metrics: ['elegance'] })).toThrow('add it there');
    expect(kindNames()).not.toContain('poetry');
  });

  it.each(kindNames())('%s begins its factors with the method', (name) => {
    expect(Object.keys(wordsOfKind(name).factors)[0]).toBe('method');
  });
});

/** The paths and messages of what is wrong with the suite. */
function problemsOf(suite: unknown): string[] {
  const parsed = suiteSchema.safeParse(suite);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('a suite', () => {
  const place = 'profiles.smoke.experiments.0';

  it('is read by the schema of each experiment’s kind', () => {
    expect(problemsOf(fixtureSuite())).toEqual([]);
    expect(suiteSchema.parse(fixtureSuite())).toEqual(fixtureSuite());
  });

  it.each<[string, string, unknown, RegExp]>([
    ['an unknown kind', 'task', 'poetry', /\.task: kind of task 'poetry' is unknown; known: image, translation/],
    ['no kind', 'task', undefined, /\.task: Invalid input: expected string/],
    ['a setting of another kind', 'training.batchTokens', 1, /\.training: Unrecognized key: "batchTokens"/],
    ['a factor that the kind has not', 'arms.1.factors.sigma', [1], /\.arms\.1\.factors: Unrecognized key: "sigma"/],
    ['a factor without values', 'arms.1.factors.init', [], /\.arms\.1\.factors\.init: Too small/],
    ['an unknown value', 'arms.1.factors.init', ['he'], /\.arms\.1\.factors\.init\.0: Invalid option/],
    ['a budget of nothing', 'arms.1.factors.budget', [0], /\.arms\.1\.factors\.budget\.0: Too small/],
  ])('is refused with %s, naming the place', (_, path, value, message) => {
    const suite = fixtureSuite((spec) => {
      const keys = path.split('.');
      let at = experimentOf(spec) as unknown as Record<string, unknown>;
      for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
      at[keys.at(-1)!] = value;
    });
    const problems = problemsOf(suite);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
    expect(problems[0]!.startsWith(place)).toBe(true);
  });
});

describe('a configuration', () => {
  it('is read by the schema of its kind', () => {
    expect(configSchema.parse(fixtureConfig())).toEqual(fixtureConfig());
    const { error } = configSchema.safeParse({ ...fixtureConfig(), task: 'translation' });
    expect(error?.issues.map(({ path }) => path.join('.'))).toContain('model.name');
  });
});
