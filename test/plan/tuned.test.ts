import { describe, expect, it } from 'vitest';
import { tunedConfigurationOf } from '../../harness/cell-id.ts';
import { tunedArmOf } from '../../harness/cell-name.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { tuningSuite } from '../../harness/plan/tuned.ts';
import type { TuningChoice } from '../../harness/spec/tuning.ts';
import { factorOf } from '../../harness/spec/words.ts';
import { experimentOf, fixtureSuite, imageConfig } from '../helpers/suites.ts';

const grid = { learningRate: [0.05, 0.1], decay: [1e-3, 2e-3, 4e-3], seeds: 2 };

/** Its spectral arm is in both lanes. */
function suiteWith(change: (suite: ReturnType<typeof fixtureSuite>) => void = () => undefined) {
  return fixtureSuite((suite) => {
    suite.profiles.smoke!.tuning = grid;
    const experiment = experimentOf(suite);
    experiment.models = [{ name: 'resnet', depth: 8, width: 8 }];
    const tuning: ('shared' | 'tuned')[] = ['shared', 'tuned'];
    const init: 'spectral'[] = ['spectral'];
    const [dense, lowRank] = experiment.arms as [(typeof experiment.arms)[0], (typeof experiment.arms)[0]];
    experiment.arms = [dense, { ...lowRank, factors: { ...lowRank.factors, budget: [0.25], init, tuning } }];
    change(suite);
  });
}

const suite = suiteWith();
const name = 'low-rank-0.25.spectral.frobenius-decay.resnet-8-w8.generated';
const plain = planCells(suite, 'smoke', { present: [], untuned: 'counted' });
const sharedCell = plain.find(({ cell }) => cell === `${name}.seed-0`)!;

function choice(overrides: Partial<TuningChoice> = {}): TuningChoice {
  return {
    arm: name,
    configuration: tunedConfigurationOf(sharedCell.config),
    learning_rate: 0.05,
    decay: 4e-3,
    by: 'validation_accuracy',
    better: 'higher',
    grid: [{ learning_rate: 0.05, decay: 4e-3, values: [0.5] }],
    cells: 12,
    training_macs: 1e9,
    data: 'abc',
    ...overrides,
  };
}

describe('the suite that finds learning rates and λ', () => {
  const cells = planCells(tuningSuite(suite, 'smoke'), 'smoke', { present: [] });

  it('trains the tuned arms alone, at every pair of the grid and every seed of it', () => {
    const decayed = cells.filter((cell) => factorOf(cell, 'regularizer') === 'frobenius-decay');
    const tried = cells.filter((cell) => factorOf(cell, 'learning_rate') !== null);
    expect(new Set(tried.map(tunedArmOf))).toEqual(
      new Set([name, 'low-rank-0.25.spectral.none.resnet-8-w8.generated']),
    );
    expect(
      decayed.map(({ config }) => [
        imageConfig({ config }).training.learningRate,
        imageConfig({ config }).training.decay,
        config.seed,
      ]),
    ).toEqual(
      [0, 1].flatMap((seed) => [1e-3, 2e-3, 4e-3].flatMap((decay) => [0.05, 0.1].map((rate) => [rate, decay, seed]))),
    );
  });

  it('trains the dense network that is not tuned at the learning rate of all arms, under every λ', () => {
    const dense = cells.filter((cell) => factorOf(cell, 'method') === 'dense' && cell.seed === 0);
    const { learningRate } = experimentOf(suite).training;
    expect(dense.map(({ config }) => imageConfig({ config }).training)).toMatchObject(
      [1e-3, 2e-3, 4e-3].map((decay) => ({ learningRate, decay })),
    );
  });

  it('does not repeat a training whose λ decides nothing', () => {
    const free = cells.filter((cell) => factorOf(cell, 'regularizer') === 'none');
    expect(free.map(({ config }) => imageConfig({ config }).training.learningRate)).toEqual([0.05, 0.1, 0.05, 0.1]);
  });

  it('is in the configuration of the arm but for rate, λ and seed', () => {
    const own = cells.filter((cell) => tunedArmOf(cell) === name).map(({ config }) => tunedConfigurationOf(config));
    expect(new Set(own)).toEqual(new Set([tunedConfigurationOf(sharedCell.config)]));
  });

  it('is not to be had of a profile without a grid or without a tuned arm', () => {
    expect(() => tuningSuite(fixtureSuite(), 'smoke')).toThrow(
      /smoke: has no grid to tune on; profiles that have: none/,
    );
    const untuned = suiteWith((changed) => {
      const [, lowRank] = experimentOf(changed).arms;
      experimentOf(changed).arms = [{ ...lowRank!, factors: { ...lowRank!.factors, tuning: ['shared'] } }];
    });
    expect(() => tuningSuite(untuned, 'smoke')).toThrow(/has neither a tuned arm nor a dense one/);
  });
});

describe('a plan with tuned arms', () => {
  const only = [`*frobenius-decay.tuned*`, '*frobenius-decay.resnet*'];
  const cells = planCells(suite, 'smoke', { present: [], only, choices: [choice()] });
  const tuned = cells.filter((cell) => factorOf(cell, 'tuning') === 'tuned');

  it('gives their cells the learning rate and λ that were found, a name and an id of their own, and the cost', () => {
    expect(tuned.map(({ cell }) => cell)).toEqual(
      [0, 1].map((seed) => `${name.replace('decay.', 'decay.tuned.')}.seed-${seed}`),
    );
    for (const { config, tuning } of tuned) {
      expect(config).toMatchObject({ tuning: 'tuned', training: { learningRate: 0.05, decay: 4e-3 } });
      expect(tuning).toEqual({ cells: 12, training_macs: 1e9, data: 'abc' });
    }
  });

  it('leaves the shared cells as they are without tuning', () => {
    const shared = cells.filter((cell) => factorOf(cell, 'tuning') === null);
    const before = fixtureSuite((own) => {
      const experiment = experimentOf(own);
      experiment.models = experimentOf(suite).models;
      const [, lowRank] = experiment.arms as [(typeof experiment.arms)[0], (typeof experiment.arms)[0]];
      experiment.arms = [{ ...lowRank, factors: { ...lowRank.factors, budget: [0.25], init: ['spectral'] } }];
    });
    const ids = planCells(before, 'smoke', { present: [], only: ['*frobenius*'] }).map(({ id }) => id);
    expect(shared.map(({ id }) => id)).toEqual(ids);
    expect(shared.every(({ config, tuning }) => !('tuning' in config) && tuning === undefined)).toBe(true);
  });

  it('has a tuned cell of its own where the choice is what all arms have', () => {
    const { learningRate, decay } = imageConfig(sharedCell).training;
    const same = choice({
      learning_rate: learningRate,
      decay,
      grid: [{ learning_rate: learningRate, decay, values: [1] }],
    });
    const both = planCells(suite, 'smoke', { present: [], only, choices: [same] });
    expect(new Set(both.map(({ id }) => id)).size).toBe(4);
  });

  it.each([
    [[], /low-rank-0\.25\.spectral\.frobenius-decay\.resnet-8-w8\.generated: no learning rate and λ were found for it/],
    [
      [choice({ configuration: 'ffff' })],
      /frobenius-decay\.resnet-8-w8\.generated: its learning rate and λ were found for another configuration/,
    ],
  ])('refuses an arm for which nothing fits was found (%#), by name and with the remedy', (choices, message) => {
    const plan = () => planCells(suite, 'smoke', { present: [], only, choices });
    expect(plan).toThrow(message);
    expect(plan).toThrow(/npm run tune -- fixture --profile smoke, or leave these arms out with --only/);
    expect(planCells(suite, 'smoke', { present: [], only: ['dense*'], choices })).toHaveLength(2);
  });
});
