import { describe, expect, it } from 'vitest';
import { choicesOf, sharedDecayOf } from '../../baselines/choices.ts';
import type { FinishedRecord } from '../../harness/record.ts';
import { fixtureConfig, fixturePoint, fixtureRecord } from '../helpers/records.ts';
import { translationConfig, translationRecord } from '../helpers/translation-records.ts';

interface Point {
  rate: number;
  decay?: number;
  /** On the held-out images after each epoch; null: it diverged. */
  curve: readonly number[] | null;
  seed?: number;
  regularizer?: 'none' | 'weight-decay';
  method?: string;
  data?: string;
}

function cellAt({
  rate,
  decay = 1e-4,
  curve,
  seed = 0,
  regularizer = 'weight-decay',
  method = 'low-rank',
  data,
}: Point) {
  const { training } = fixtureConfig();
  const config = {
    method,
    budget: method === 'dense' ? 1 : 0.1,
    regularizer,
    seed,
    training: { ...training, learningRate: rate, decay },
  } as const;
  const points = (curve ?? [0.1]).map((value, at) =>
    fixturePoint(at + 1, { test_accuracy: 1 - value, validation_accuracy: value, validation_loss: 1 }),
  );
  const ended = curve === null ? { status: 'diverged' as const, value: null, error: 'the loss is not finite' } : {};
  const fingerprint = { ...fixtureRecord().fingerprint, ...(data === undefined ? {} : { data }) };
  const factors = regularizer === 'none' ? ['learning_rate'] : ['decay', 'learning_rate'];
  return fixtureRecord({ curve: points, training_macs: 100, fingerprint, ...ended }, config, factors);
}

describe('the choice for an arm', () => {
  it('is the point of the best mean after the last epoch, by held-out images, whatever the tests say', () => {
    const {
      choices: [choice, ...others],
      refusals,
    } = choicesOf([
      cellAt({ rate: 0.1, decay: 1e-3, curve: [0.9, 0.5] }),
      cellAt({ rate: 0.1, decay: 1e-3, curve: [0.9, 0.3], seed: 1 }),
      cellAt({ rate: 0.05, decay: 2e-3, curve: [0.1, 0.2] }),
      cellAt({ rate: 0.05, decay: 2e-3, curve: [0.1, 0.7], seed: 1 }),
    ]);
    expect([others, refusals]).toEqual([[], []]);
    expect(choice).toMatchObject({
      arm: 'low-rank-0.1.default.weight-decay.resnet-20.generated',
      learning_rate: 0.05,
      decay: 2e-3,
      by: 'validation_accuracy',
      better: 'higher',
      grid: [
        { learning_rate: 0.05, decay: 2e-3, values: [0.2, 0.7] },
        { learning_rate: 0.1, decay: 1e-3, values: [0.5, 0.3] },
      ],
      cells: 4,
      training_macs: 400,
      data: '0123456789abcdef',
    });
  });

  it('is the first of equal points, and none that diverged at a seed', () => {
    const at = (...points: Point[]) => choicesOf(points.map(cellAt)).choices[0];
    expect(at({ rate: 0.2, curve: [0.5] }, { rate: 0.1, curve: [0.5] })?.learning_rate).toBe(0.1);
    const diverged = at({ rate: 0.2, curve: [0.9] }, { rate: 0.2, curve: null, seed: 1 }, { rate: 0.1, curve: [0.2] });
    expect(diverged?.learning_rate).toBe(0.1);
    expect(diverged?.grid[1]?.values).toEqual([0.9, null]);
  });

  it('is not made for an arm on which no learning rate was tried', () => {
    expect(choicesOf([fixtureRecord()])).toEqual({ choices: [], refusals: [] });
  });

  it('has no λ without a regularizer', () => {
    const {
      choices: [choice],
    } = choicesOf([cellAt({ rate: 0.1, regularizer: 'none', curve: [0.5] })]);
    expect(choice).toMatchObject({ decay: null, grid: [{ decay: null }] });
  });

  it('is refused by name, and made for the other arms, without evidence', () => {
    const arm = 'low-rank-0.1.default.weight-decay.resnet-20.generated';
    const other = cellAt({ rate: 0.1, curve: [0.5], method: 'set' });
    const blind = fixtureRecord({ curve: [fixturePoint(1, { test_accuracy: 0.5 })] }, {}, ['learning_rate']);
    for (const [records, reason] of [
      [[cellAt({ rate: 0.1, curve: null })], 'every point of its grid diverged; try smaller learning rates'],
      [
        [cellAt({ rate: 0.1, curve: [0.5] }), cellAt({ rate: 0.2, curve: [0.5], data: 'other' })],
        'its grid was trained on several data; run it again with --fresh',
      ],
      [[blind], 'no examples are held out of its training data, so nothing can choose'],
    ] as const) {
      const { choices, refusals } = choicesOf([...records, other]);
      expect(refusals).toEqual([`${arm}: ${reason}`]);
      expect(choices.map((choice) => choice.arm)).toEqual(['set-0.1.default.weight-decay.resnet-20.generated']);
    }
  });

  it('of a translation is by the lowest validation loss of the curve', () => {
    const curveOf = (...losses: number[]) => losses.map((valid_loss, at) => fixturePoint(at + 1, { valid_loss }));
    const at = (learningRate: number, ...losses: number[]): FinishedRecord => {
      const config = translationConfig();
      return translationRecord({ curve: curveOf(...losses) }, { training: { ...config.training, learningRate } }, [
        'learning_rate',
      ]);
    };
    const {
      choices: [choice],
    } = choicesOf([at(0.1, 3, 2, 2.5), at(0.2, 3, 2.2, 2.1)]);
    expect(choice).toMatchObject({ learning_rate: 0.1, by: 'valid_loss', better: 'lower' });
  });
});

describe('λ for all arms', () => {
  const dense = (decay: number | null, values: readonly (number | null)[], rate = 0.1) =>
    values.map((value, seed) =>
      cellAt({
        rate,
        ...(decay === null ? { regularizer: 'none' as const } : { decay }),
        curve: value === null ? null : [value],
        seed,
        method: 'dense',
      }),
    );
  const plain = dense(null, [0.6, 0.62, 0.64]);

  it('is the largest up to which the dense network is not worse by more than a standard error', () => {
    // Paired differences: 1e-3 none; 2e-3 -0.03, 0.01, 0.01: mean -0.0033, standard error 0.0133; 4e-3 -0.01, 0, -0.01:
    // mean -0.0067, standard error 0.0033; 8e-3 as at 1e-3, but behind one that is worse.
    const records = [
      ...plain,
      ...dense(1e-3, [0.6, 0.62, 0.64]),
      ...dense(2e-3, [0.57, 0.63, 0.65]),
      ...dense(4e-3, [0.59, 0.62, 0.63]),
      ...dense(8e-3, [0.6, 0.62, 0.64]),
    ];
    expect(sharedDecayOf(records, 0.1)).toMatchObject({
      decay: 2e-3,
      learning_rate: 0.1,
      arm: 'dense.default.weight-decay.resnet-20.generated',
      by: 'validation_accuracy',
      reference: [0.6, 0.62, 0.64],
      tried: [
        { decay: 1e-3, admitted: true },
        { decay: 2e-3, admitted: true },
        { decay: 4e-3, admitted: false },
        { decay: 8e-3, admitted: true },
      ],
      cells: 15,
      training_macs: 1500,
      data: '0123456789abcdef',
    });
  });

  it('bears a mean that is lower by a standard error exactly, whatever rounding makes of it', () => {
    for (let loss = 1; loss < 200; loss++) {
      // Two seeds alike, one worse by x: mean -x/3, standard error x/3.
      const records = [...plain, ...dense(1e-3, [0.6, 0.62, 0.64 - loss / 2000])];
      expect([loss, sharedDecayOf(records, 0.1)?.decay]).toEqual([loss, 1e-3]);
    }
  });

  it('is none where the dense network bears none, or diverges', () => {
    expect(sharedDecayOf([...plain, ...dense(1e-3, [0.5, 0.5, 0.5])], 0.1)?.decay).toBeNull();
    expect(sharedDecayOf([...plain, ...dense(1e-3, [0.7, 0.7, null])], 0.1)?.decay).toBeNull();
  });

  it('is that of the learning rate of all arms, at three seeds at least', () => {
    expect(sharedDecayOf([...plain, ...dense(1e-3, [0.6, 0.62, 0.64], 0.2)], 0.1)).toBeNull();
    expect(sharedDecayOf([...plain, ...dense(1e-3, [0.6, 0.62, 0.64])], 0.2)).toBeNull();
    expect(sharedDecayOf([...dense(null, [0.6, 0.62]), ...dense(1e-3, [0.7, 0.7])], 0.1)).toBeNull();
  });

  it('is not made of several models or data', () => {
    const cells = [...plain, ...dense(1e-3, [0.6, 0.62, 0.64])];
    const { training } = fixtureConfig();
    const model = { name: 'resnet', depth: 8, width: 16 } as const;
    const other = { method: 'dense', budget: 1, model, training: { ...training, decay: 1e-3 } } as const;
    expect(() => sharedDecayOf([...cells, fixtureRecord({}, other, ['decay'])], 0.1)).toThrow(/several models or data/);
    const elsewhere = cellAt({ rate: 0.1, decay: 2e-3, curve: [0.5], method: 'dense', data: 'other' });
    expect(() => sharedDecayOf([...cells, elsewhere], 0.1)).toThrow(/was trained on several data/);
  });
});
