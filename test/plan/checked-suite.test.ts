import { expect, it } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { checkedSuite } from '../../harness/plan/checked-suite.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { experimentOf, fixtureSuite, setting } from '../helpers/suites.ts';

const experiment = 'profiles.smoke.experiments.0';

it('gives a suite back that fits the schema', () => {
  const suite = fixtureSuite();
  expect(checkedSuite(suite)).toBe(suite);
});

it.each([
  ['training.epochs', 0, `${experiment}.training.epochs: Too small`],
  ['training.batchSize', 0, `${experiment}.training.batchSize: Too small`],
  ['training.learningRate', -1, `${experiment}.training.learningRate: Too small`],
  ['training.learningRate', Number.NaN, `${experiment}.training.learningRate: Invalid input`],
  ['arms.1.factors.budget', [0], `${experiment}.arms.1.factors.budget.0: Too small`],
  ['arms.1.factors.init', ['none'], `${experiment}.arms.1.factors.init.0: Invalid option`],
  ['dataset.testExamples', 0, `${experiment}.dataset.testExamples: Too small`],
  ['seeds', 0, 'profiles.smoke.seeds: Too small'],
  ['seeds', 1e9, 'profiles.smoke.seeds: Too big'],
  ['margin', -0.1, 'profiles.smoke.margin: Too small'],
  ['timeLimitSeconds', Number.POSITIVE_INFINITY, 'profiles.smoke.timeLimitSeconds: Invalid input'],
])('refuses %s %j, naming the file and the place within it', (path, value, message) => {
  const suite = fixtureSuite(setting(path, value));
  expect(() => checkedSuite(suite)).toThrow(UsageError);
  expect(() => checkedSuite(suite)).toThrow(`suites/fixture.ts: ${message}`);
});

it('refuses fields that no kind knows, kinds that nobody knows, and a suite without a profile', () => {
  const misspelt = fixtureSuite((suite) => Object.assign(experimentOf(suite).training, { epoch: 3 }));
  expect(() => checkedSuite(misspelt)).toThrow(`${experiment}.training: Unrecognized key: "epoch"`);
  const unknown = fixtureSuite((suite) => Object.assign(experimentOf(suite), { task: 'poetry' }));
  expect(() => checkedSuite(unknown)).toThrow("experiments.0.task: kind of task 'poetry' is unknown; known: image");
  expect(() => checkedSuite({ ...fixtureSuite(), profiles: {} })).toThrow('profiles: name one of smoke');
});

it('tells several problems at once, the first five in words', () => {
  const names = ['epochs', 'batchSize', 'learningRate', 'decayFactor', 'momentum', 'decay', 'labelSmoothing'];
  const suite = fixtureSuite((made) =>
    Object.assign(experimentOf(made).training, Object.fromEntries(names.map((name) => [name, -1]))),
  );
  expect(() => checkedSuite(suite)).toThrow(/epochs: .*; .*batchSize: .*; .*momentum: .*; and 2 more\. Mend/);
});

it('refuses a budget of a method that keeps everything, which would be none', () => {
  const suite = fixtureSuite(setting('arms.0.factors.budget', [2]));
  expect(() => planCells(suite, 'smoke', { present: [] })).toThrow(
    'method dense has no budget 2: it keeps all parameters; name budget 1',
  );
});
