import { describe, expect, it } from 'vitest';
import { type ArmSummary, summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { contestsOf, contestText } from '../../../reports/arms/contests.ts';
import { methodOf } from '../../../reports/arms/coordinates.ts';
import { bestSection } from '../../../reports/sections/best-section.ts';
import { renderSummary } from '../../../reports/summary.ts';
import { armRecords, tunedRecords } from '../../helpers/arms.ts';
import { emptyRun } from '../../helpers/markdown.ts';
import { fixtureConfig } from '../../helpers/records.ts';

type Config = Parameters<typeof armRecords>[1];
type Regularizer = NonNullable<NonNullable<Config>['regularizer']>;

const arm = (method: string, regularizer: Regularizer, config: Config = {}) =>
  armRecords([0.5, 0.51], { method, regularizer, ...config });
const low = { init: 'spectral' } as const;

function contests(...records: ReturnType<typeof arm>[]) {
  const members = (arms: readonly ArmSummary[]) => arms.map(methodOf).join();
  return contestsOf(summarizeArms(records.flat())).map(({ name, arms }) => [name, members(arms)]);
}

/** What the report says of the best arms. */
function sentencesOf(records: ReturnType<typeof arm>): string[] {
  return bestSection(summarizeArms(records))!.blocks.flatMap((block) =>
    block.kind === 'text' ? [block.text] : block.kind === 'list' ? block.items : [],
  );
}

describe('arms that compete', () => {
  it('are all of a budget where all were given the same regularizers', () => {
    expect(
      contests(
        arm('a', 'none'),
        arm('a', 'weight-decay'),
        arm('b', 'none'),
        arm('b', 'weight-decay'),
        arm('a', 'weight-decay', { budget: 0.2 }),
        arm('b', 'weight-decay', { budget: 0.2 }),
      ),
    ).toEqual([
      ['0.2', 'a,b'],
      ['0.1', 'a,a,b,b'],
    ]);
  });

  it('are none of those that are held to a budget of operations', () => {
    expect(contests(arm('narrow', 'none'), arm('narrow-macs', 'none'), arm('snip', 'none'))).toEqual([
      ['0.1', 'narrow,snip'],
    ]);
  });

  it('are those of one regularizer where one method was given others, each arm once', () => {
    expect(
      contests(
        arm('low-rank', 'none'),
        arm('low-rank', 'weight-decay'),
        arm('low-rank', 'frobenius-decay'),
        arm('snip', 'none'),
        arm('snip', 'weight-decay'),
        arm('set', 'weight-decay'),
      ),
    ).toEqual([
      ['0.1, none', 'low-rank,snip'],
      ['0.1, weight-decay', 'low-rank,set,snip'],
      ['0.1, frobenius-decay', 'low-rank'],
    ]);
  });

  it('are those of one regularizer where one initialization of a method was given others', () => {
    expect(contests(arm('a', 'none'), arm('a', 'weight-decay'), arm('a', 'weight-decay', low))).toEqual([
      ['0.1, none', 'a'],
      ['0.1, weight-decay', 'a,a'],
    ]);
  });

  it('are those of one regularizer also where none has two', () => {
    expect(contests(arm('a', 'none'), arm('b', 'weight-decay'))).toEqual([
      ['0.1, none', 'a'],
      ['0.1, weight-decay', 'b'],
    ]);
  });

  it('are those of one λ where one method was given several, the λ of all arms included', () => {
    const { training } = fixtureConfig();
    const at = (method: string, decay: number, factors: readonly string[]) =>
      armRecords([0.5, 0.51], { method, regularizer: 'weight-decay', training: { ...training, decay } }, {}, factors);
    expect(
      contests(
        at('low-rank', 1e-4, ['decay']),
        at('low-rank', 1e-3, ['decay']),
        at('set', 1e-4, []),
        arm('low-rank', 'none'),
      ),
    ).toEqual([
      ['0.1, none', 'low-rank'],
      ['0.1, weight-decay 0.0001', 'low-rank,set'],
      ['0.1, weight-decay 0.001', 'low-rank'],
    ]);
  });

  it('are asked of each budget by itself', () => {
    expect(
      contests(
        arm('a', 'none', { budget: 0.2 }),
        arm('a', 'weight-decay', { budget: 0.2 }),
        arm('b', 'weight-decay', { budget: 0.2 }),
        arm('a', 'none'),
        arm('b', 'none'),
      ),
    ).toEqual([
      ['0.2, none', 'a'],
      ['0.2, weight-decay', 'a,b'],
      ['0.1', 'a,b'],
    ]);
  });
});

describe('arms of which some are tuned', () => {
  const tuned = (method: string, regularizer: Regularizer, config: Config = {}) =>
    tunedRecords([0.9, 0.91], { method, regularizer, ...config });

  it('compete with those of their lane only', () => {
    expect(
      contests(
        arm('a', 'weight-decay'),
        arm('b', 'weight-decay'),
        tuned('a', 'weight-decay'),
        tuned('b', 'weight-decay'),
        tuned('a', 'weight-decay', { budget: 0.2 }),
      ),
    ).toEqual([
      ['0.1, shared', 'a,b'],
      ['0.2, tuned', 'a'],
      ['0.1, tuned', 'a,b'],
    ]);
  });

  it('were given regularizers lane by lane: what one lane has alike is not confined by the other', () => {
    const records = [
      arm('a', 'none'),
      arm('a', 'weight-decay'),
      arm('b', 'weight-decay'),
      tuned('a', 'weight-decay'),
      tuned('b', 'weight-decay'),
    ];
    expect(contests(...records)).toEqual([
      ['0.1, shared, none', 'a'],
      ['0.1, shared, weight-decay', 'a,b'],
      ['0.1, tuned', 'a,b'],
    ]);
    expect(contestsOf(summarizeArms(records.flat())).map(({ given }) => given)).toEqual([
      'a, default: none, weight-decay / b, default: weight-decay',
      'a, default: none, weight-decay / b, default: weight-decay',
      null,
    ]);
  });

  it('have a best of each lane in the report, which says whose regularizers were unlike, and in the summary', () => {
    const records = [
      ...arm('a', 'weight-decay'),
      ...arm('b', 'weight-decay'),
      ...arm('dense', 'none', { budget: 1 }),
      ...tuned('a', 'none'),
      ...tuned('a', 'weight-decay'),
      ...tuned('b', 'weight-decay'),
      ...tuned('dense', 'none', { budget: 1 }),
    ];
    const sentences = sentencesOf(records);
    expect(sentences.filter((sentence) => sentence.startsWith('No best'))).toEqual([
      expect.stringMatching(
        /^No best over all tuned arms at budget 0\.1: .* \(a, default: none, weight-decay \/ b, default: weight-decay\)/,
      ),
    ]);
    expect(sentences.filter((sentence) => sentence.includes('has the highest mean'))).toEqual([
      expect.stringMatching(/^Budget 0\.1, shared: a, default, weight-decay has the highest mean/),
      expect.stringMatching(/^Budget 0\.1, tuned, weight-decay: a, default, weight-decay, tuned has the highest mean/),
    ]);
    const lines = renderSummary({ ...emptyRun, records }).split('\n');
    expect(lines.filter((line) => line.startsWith('Highest')).map((line) => line.split(': ')[0])).toEqual(
      [
        'dense, shared',
        'dense, tuned',
        'budget 0.1, shared',
        'budget 0.1, tuned, none',
        'budget 0.1, tuned, weight-decay',
      ].map((where) => `Highest mean accuracy, resnet-20 on generated, ${where}`),
    );
  });
});

it('names a contest in a sentence', () => {
  const [contest] = contestsOf(summarizeArms([...arm('a', 'none'), ...arm('b', 'weight-decay')]));
  expect(contestText(contest!)).toBe('budget 0.1, none');
  expect(contestText({ ...contest!, name: null, budget: null })).toBe('');
  expect(contestText({ ...contest!, name: 'none', budget: null })).toBe('none');
});

describe('where regularizers were given unlike', () => {
  // Without decay, which only one method was given, its arm is far ahead.
  const records = [
    ...armRecords([0.9, 0.91], { method: 'low-rank', regularizer: 'none' }),
    ...armRecords([0.5, 0.52], { method: 'low-rank', regularizer: 'weight-decay' }),
    ...armRecords([0.6, 0.61], { method: 'snip', regularizer: 'weight-decay' }),
  ];

  it('the report has no best over all, says why, and names the best of each regularizer', () => {
    const sentences = sentencesOf(records);
    expect(sentences).toContain(
      'No best over all arms at budget 0.1: they were not given the same regularizers (low-rank, default: none, ' +
        'weight-decay / snip, default: weight-decay), and the best of several says as much of having had a choice. ' +
        'Arms of one regularizer compete.',
    );
    expect(sentences.filter((sentence) => sentence.includes('has the highest mean'))).toEqual([
      expect.stringMatching(/^Budget 0\.1, weight-decay: snip, default, weight-decay has the highest mean/),
    ]);
  });

  it('so does the summary', () => {
    const lines = renderSummary({ ...emptyRun, records }).split('\n');
    expect(lines.filter((line) => line.startsWith('Highest'))).toEqual([
      expect.stringMatching(/budget 0\.1, none: 90\.50 % .*\(low-rank, default, none; 2 seeds\)$/),
      expect.stringMatching(/budget 0\.1, weight-decay: 60\.50 % .*\(snip, default, weight-decay; 2 seeds; /),
    ]);
  });
});
