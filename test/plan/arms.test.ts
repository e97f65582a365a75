import { describe, expect, test } from 'vitest';
import type { JoinedMethod } from '../../harness/methods/joined.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import type { Method } from '../../harness/methods/method.ts';
import { methodOf } from '../../harness/methods/registry.ts';
import { snip } from '../../harness/methods/sparse/snip.ts';
import { planCells } from '../../harness/plan/plan.ts';
import type { ConvShape } from '../../harness/shape/blueprint.ts';
import { factorOf, type InitName } from '../../harness/spec/words.ts';
import { experimentOf, fixtureSuite } from '../helpers/suites.ts';

describe('a joined method', () => {
  const joined = (name: string, inits?: InitName[]): JoinedMethod => ({
    method: { ...lowRank, name },
    file: { path: `/${name}.js`, sha256: 'a'.repeat(64) },
    inits,
  });
  const onlyDense = fixtureSuite((suite) => experimentOf(suite).arms.pop());
  const armless = /^\/mine\.js: method mine has no cell here: no experiment has both a compressed arm/;

  test('has the budgets and the combinations of the low-rank arm in every experiment, and its file’s digest', () => {
    const cells = planCells(fixtureSuite(), 'smoke', { present: [], methods: [joined('mine')] });
    const of = (method: string) => cells.filter(({ config }) => config.method === method);
    expect(of('mine').map(({ cell }) => cell)).toEqual(
      of('low-rank').map(({ cell }) => cell.replace('low-rank', 'mine')),
    );
    for (const { config, origin } of of('mine')) {
      expect(config.methodDigest).toBe('a'.repeat(64));
      expect(origin).toBe('/mine.js');
    }
    for (const cell of cells.filter(({ config }) => config.method !== 'mine')) {
      expect(Object.keys(cell.config)).not.toContain('methodDigest');
      expect(Object.keys(cell)).not.toContain('origin');
    }
  });

  test('without a compressed arm to go by has no cell: that is told, or thrown where nobody listens', () => {
    const told: string[] = [];
    const options = { present: [], methods: [joined('mine')] };
    const cells = planCells(onlyDense, 'smoke', options, (reason) => told.push(reason));
    expect(cells.map(({ config }) => config.method)).toEqual(cells.map(() => 'dense'));
    expect(told).toEqual([expect.stringMatching(armless)]);
    expect(() => planCells(onlyDense, 'smoke', options)).toThrow(armless);
  });

  test('whose phases change the step is refused, naming its file; the others keep their cells', () => {
    const method: Method = {
      ...snip,
      name: 'mine',
      phases: (training) => [{ label: 'train', training: { ...training, batchSize: 7 } }],
    };
    const told: string[] = [];
    const options = { present: [], methods: [{ ...joined('mine'), method }] };
    const cells = planCells(fixtureSuite(), 'smoke', options, (reason) => told.push(reason));
    expect(cells.some(({ config }) => config.method === 'mine')).toBe(false);
    expect(cells.length).toBeGreaterThan(0);
    expect(told).toEqual([expect.stringMatching(/^\/mine\.js: method mine: phase 'train' has batchSize 7/)]);
  });

  test('that cannot reach some budgets keeps the others; each reason is told once, and only for cells that are wanted', () => {
    const parameters = ({ inChannels, outChannels }: ConvShape, scale: number) =>
      Math.round((1 + 2 * scale) * inChannels * outChannels);
    const method = { ...lowRank, name: 'mine', parameters };
    const methods = [{ ...joined('mine'), method }];
    const told: string[] = [];
    const refuse = (reason: string) => void told.push(reason);
    const cells = planCells(fixtureSuite(), 'smoke', { present: [], methods }, refuse);
    const mine = cells.filter(({ config }) => config.method === 'mine');
    expect(new Set(mine.map((cell) => factorOf(cell, 'budget')))).toEqual(new Set([0.25]));
    expect(told.map((reason) => reason.match(/budget (.*) is below what (\S+)/)?.slice(1))).toEqual([
      ['0.1', 'resnet-20'],
      ['0.1', 'resnet-8-w8'],
    ]);
    told.length = 0;
    planCells(fixtureSuite(), 'smoke', { present: [], methods, only: ['mine-0.25*', 'dense*'] }, refuse);
    expect(told).toEqual([]);
  });
});

test('an arm with seeds of its own has so many replicates, unless the plan asks for another number', () => {
  const suite = fixtureSuite((spec) => {
    spec.profiles.smoke!.seeds = 3;
    experimentOf(spec).arms[0]!.seeds = 1;
  });
  const seedsOf = (method: string, seeds?: number) => {
    const cells = planCells(suite, 'smoke', { present: [], seeds });
    return [...new Set(cells.filter(({ config }) => config.method === method).map(({ seed }) => seed))];
  };
  expect(seedsOf('dense')).toEqual([0]);
  expect(seedsOf('low-rank')).toEqual([0, 1, 2]);
  expect([seedsOf('dense', 2), seedsOf('low-rank', 2)]).toEqual([
    [0, 1],
    [0, 1],
  ]);
});

test.each([
  ['narrow', ['default'], ['weight-decay']],
  ['full-rank-warm-up', ['default'], ['none', 'frobenius-decay']],
])('%s joins with what it knows of the arms there', (name, inits, regularizers) => {
  const joined: JoinedMethod = { method: methodOf(name), file: null };
  const suite = fixtureSuite((spec) => {
    // The dense layers of a warm-up are more than a tenth of the narrower network.
    experimentOf(spec).arms[1]!.factors.budget = [0.2, 0.25];
  });
  const cells = planCells(suite, 'smoke', { present: [], methods: [joined] });
  const own = cells.filter(({ config }) => config.method === name);
  const valuesOf = (factor: string) => [...new Set(own.map((cell) => factorOf(cell, factor)))];
  expect([valuesOf('init'), valuesOf('regularizer'), valuesOf('budget')]).toEqual([inits, regularizers, [0.2, 0.25]]);
});
