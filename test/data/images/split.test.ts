import { describe, expect, it } from 'vitest';
import { divided, splitOf, splitRefusal } from '../../../harness/data/images/split.ts';

const whole = { train: 50_000, test: 10_000 };
const asked = (trainExamples: number | null, validationExamples?: number, testExamples: number | null = null) => ({
  trainExamples,
  testExamples,
  ...(validationExamples === undefined ? {} : { validationExamples }),
});

describe('splitOf', () => {
  it.each([
    ['all, none held out', asked(null), { train: 50_000, validation: 0, test: 10_000 }],
    ['all, of which the last are held out', asked(null, 5000), { train: 45_000, validation: 5000, test: 10_000 }],
    ['some, and those behind them', asked(4000, 500, 2000), { train: 4000, validation: 500, test: 2000 }],
    ['some, none held out', asked(4000, 0), { train: 4000, validation: 0, test: 10_000 }],
  ])('of %s', (_, spec, split) => {
    expect(splitOf(spec, whole)).toEqual(split);
  });
});

describe('splitRefusal', () => {
  const refusal = (spec: ReturnType<typeof asked>, present = whole) => splitRefusal(spec, whole, present, 'the set');

  it('accepts what is just there', () => {
    for (const spec of [asked(null), asked(null, 49_999), asked(48_000, 2000), asked(50_000, 0, 10_000)]) {
      expect(refusal(spec)).toBeNull();
    }
  });

  it.each([
    [
      asked(48_001, 2000),
      'dataset.trainExamples (48001) and dataset.validationExamples (2000): 50001 images asked for',
    ],
    [asked(50_001), 'dataset.trainExamples: 50001 images asked for, but the set holds 50000; ask for 50000 or fewer'],
    [asked(1, 1, 10_001), 'dataset.testExamples: 10001 images asked for, but the set holds 10000'],
    [asked(null, 50_000), 'dataset.validationExamples: 50000 of 50000 training images held out leave none to train on'],
  ])('names the fields and the remedy: %j', (spec, says) => {
    expect(refusal(spec)).toContain(says);
    expect(refusal(spec)).toMatch(/; ask for \d+ or fewer( together)?$/);
  });

  it('counts what is present, not what was published', () => {
    const present = { train: 10_000, test: 10_000 };
    expect(refusal(asked(9500, 500), present)).toBeNull();
    expect(refusal(asked(9501, 500), present)).toContain('the set holds 10000; ask for 10000 or fewer together');
    expect(refusal(asked(null, 500), present)).toContain('dataset.trainExamples (49500)');
  });
});

it('divided gives both parts their own images and labels', () => {
  const set = { count: 3, images: Uint8Array.of(1, 2, 3, 4, 5, 6), labels: Uint8Array.of(7, 8, 9) };
  expect(divided(set, 2)).toEqual([
    { count: 2, images: Uint8Array.of(1, 2, 3, 4), labels: Uint8Array.of(7, 8) },
    { count: 1, images: Uint8Array.of(5, 6), labels: Uint8Array.of(9) },
  ]);
  expect(divided(set, 3)[1].count).toBe(0);
});
