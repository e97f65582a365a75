import { expect, it } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import { recordSchema } from '../../harness/record.ts';
import { sizedTransformer } from '../../harness/shape/sized-transformer.ts';
import { transformerBlueprint } from '../../harness/shape/transformer.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { TranslationArmSpec } from '../../harness/spec/translation.ts';
import { translationCells } from '../helpers/translation-cells.ts';
import { plainContext as context } from './tiny-cells.ts';

type Arm = Omit<TranslationArmSpec, 'factors'> & Partial<TranslationArmSpec['factors']>;

function cellOf({ method, budgetUnit, ...factors }: Arm): PlannedCell {
  const [cell] = translationCells((experiment) => {
    const usual = { budget: [0.5], init: ['default' as const], regularizer: ['weight-decay' as const] };
    experiment.arms = [{ method, factors: { ...usual, ...factors }, ...(budgetUnit && { budgetUnit }) }];
    experiment.training.epochs = 1;
  });
  return cell!;
}

it('a narrow Transformer has fewer features in each of as many heads, and its own parameters', async () => {
  const sizes = {
    encoderLayers: 1,
    decoderLayers: 1,
    heads: 2,
    positions: 64,
    sourceVocabulary: 400,
    targetVocabulary: 400,
  };
  const [half, whole] = [8, 16].map((width) => {
    return sizedTransformer(transformerBlueprint('t', { ...sizes, width, feedForward: 2 * width })).dense;
  });
  const cell = cellOf({ method: 'narrow', budget: [half!.parameters / whole!.parameters] });
  const record = await runCell(cell, context);
  expect(recordSchema.parse(record)).toEqual(record);
  expect(record).toMatchObject({
    status: 'completed',
    parameters: half!.parameters,
    ratio: half!.parameters / whole!.parameters,
    macs: half!.macs,
  });
});

it('a narrow Transformer of budget 1 is the dense one, to the bit', async () => {
  const [narrow, dense] = ['narrow', 'dense'].map((method) => cellOf({ method, budget: [1] }));
  const [one, other] = [await runCell(narrow!, context), await runCell(dense!, context)];
  expect(one.weights_digest).toBe(other.weights_digest);
});

it('spectral-ones starts from another Transformer than spectral, of the same size', async () => {
  const arm = { method: 'low-rank', budgetUnit: 'rank-scale' } as const;
  const [ones, spectral] = (['spectral-ones', 'spectral'] as const).map((init) => cellOf({ ...arm, init: [init] }));
  const [one, other] = [await runCell(ones!, context), await runCell(spectral!, context)];
  expect(one.status).toBe('completed');
  expect(one.parameters).toBe(other.parameters);
  expect(one.weights_digest).not.toBe(other.weights_digest);
});

it('a warm-up is refused, naming what goes instead', () => {
  expect(() => cellOf({ method: 'full-rank-warm-up' })).toThrow(
    'method full-rank-warm-up: decomposes trained convolutions; for Transformers use low-rank',
  );
});
