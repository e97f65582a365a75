import { expect, test } from 'vitest';
import { firstStepDifference } from '../../baselines/first-step-differences.ts';
import type { Definition } from '../../harness/spec/definition.ts';
import { fixtureDefinition } from '../helpers/definitions.ts';

type FirstSteps = Definition['first_steps'];

/** The difference of two definitions' first steps, with changes to both and to the second one. */
function difference(second: Partial<FirstSteps>, both: Partial<FirstSteps> = {}) {
  const { first_steps: base } = fixtureDefinition();
  const [before, after] = [
    { ...base, ...both },
    { ...base, ...both, ...second },
  ];
  return firstStepDifference(fixtureDefinition({ first_steps: before }), fixtureDefinition({ first_steps: after }));
}

const weight = (text: string) => ({ values: { 'a.weight': text } });
const native = { arithmetic: 'native' } as const;

test('equal first steps have none', () => {
  expect(difference({})).toBeNull();
});

test.each([
  [1, [2.000019, 1.5, 1], null],
  [1, [2.000021, 1.5, 1], 'loss'],
  [2, [2, 1.500089, 1], null],
  [2, [2, 1.500091, 1], 'loss'],
  [3, [2, 1.5, 1.00039], null],
  [3, [2, 1.5, 1.00041], 'loss'],
  [3, [2, 1.5, null], 'loss'],
])('a loss of step %s beyond its tolerance, in any arithmetic', (step, losses, what) => {
  for (const both of [{}, native]) {
    const found = difference({ losses }, both);
    expect(found && [found.step, found.what]).toEqual(what && [step, what]);
  }
});

test('names the first step and variable, and what of it', () => {
  const found = difference(weight('1 0.5 2 -1 1.1 0.6 2.2 -1.1 1.2 0.7 2.2 -1.2'));
  expect(found).toMatchObject({ step: 2, what: 'norm of a.weight’s momentum', expected: 2.1, measured: 2.2 });
  expect(difference(weight('1 0.4 2 -1 1.1 0.6 2.1 -1.1 1.2 0.7 2.2 -1.2'))).toMatchObject({
    step: 1,
    what: 'projection of a.weight',
  });
});

test('a projection may differ by a share of the norm, however small it is itself', () => {
  const near = (projection: number) => weight(`1 ${projection} 2 -1 1.1 0.6 2.1 -1.1 1.2 0.7 2.2 -1.2`);
  expect(difference(near(1e-7), near(1e-6))).toBeNull();
  expect(difference(near(1e-7), near(2e-5))).toMatchObject({ step: 1, what: 'projection of a.weight' });
});

test('other arithmetic or threads may move single variables, not the loss', () => {
  const moved = weight('1 0.5 2.05 -1 1.1 0.6 2.1 -1.1 1.2 0.7 2.2 -1.2');
  expect(difference(moved)).not.toBeNull();
  expect(difference({ ...moved, ...native })).toBeNull();
  expect(difference({ ...moved, threads: 2 })).toBeNull();
});

test('where other arithmetic has chosen other masks, nothing can be said', () => {
  const masked = (ones: string) => ({
    values: { 'a.weight': '1 0.5 1 0.5 1 0.5', 'a.weight.mask': `${ones} 2 ${ones} 2 ${ones} 2` },
  });
  const other = { ...masked('3'), losses: [2.1, 1.5, 1] };
  expect(difference(other, masked('3'))).toMatchObject({ what: 'loss' });
  expect(difference({ ...other, ...masked('4'), ...native }, masked('3'))).toBeNull();
  expect(difference({ ...other, ...masked('4') }, masked('3'))).toMatchObject({ what: 'loss' });
});
