import { expect, it } from 'vitest';
import type { ArmComparison } from '../../baselines/compare.ts';
import { renderComparison } from '../../reports/comparison.ts';

const side = { n: 1, lost: 0, mean: 0.55, sd: null, parameters: 27053, trainExamplesPerSecond: 400 };
const row: ArmComparison = {
  metric: 'accuracy',
  kind: 'image',
  model: 'resnet-20',
  dataset: 'generated',
  factors: [
    { name: 'method', value: 'low-rank' },
    { name: 'budget', value: 0.1 },
    { name: 'init', value: 'default' },
    { name: 'regularizer', value: 'weight-decay' },
  ],
  left: side,
  right: { ...side, mean: 0.6, parameters: 27000, trainExamplesPerSecond: 500 },
  difference: 0.05,
  speedRatio: 1.25,
  parameterDifference: -53,
  sharedSeeds: 1,
  digestsEqual: 1,
  configChanges: [],
};

it('is one row an arm', () => {
  expect(renderComparison([row])).toBe(
    '| model | dataset | method | budget | init | regularizer | before | n | after | n | difference | speed ratio | ' +
      'parameters | bit-identical | changed fields |\n| --- | --- | --- | ---: | --- | --- | ---: | ---: | ---: | ' +
      '---: | ---: | ---: | ---: | ---: | --- |\n| resnet-20 | generated | low-rank | 0.1 | default | weight-decay | ' +
      '55.00 % | 1 | 60.00 % | 1 | +5.00 | 1.25 | -53 | 1 of 1 |  |\n',
  );
});

it('has columns for all factors of all kinds, and says which way is better where less is', () => {
  const perplexity: ArmComparison = {
    ...row,
    metric: 'perplexity',
    kind: 'translation',
    model: null,
    dataset: null,
    factors: [
      { name: 'method', value: 'dense' },
      { name: 'coupling', value: 'released' },
    ],
    left: { ...side, n: 2, lost: 1, mean: 180, sd: 1.5 },
    right: { ...side, n: 3, mean: 183.25 },
    difference: 3.25,
    speedRatio: null,
    parameterDifference: null,
  };
  const [head, , first, second] = renderComparison([row, perplexity]).split('\n');
  expect(head).toContain('| kind | model | dataset | method | budget | init | regularizer | coupling | before |');
  expect(first).toContain('| image | resnet-20 | generated | low-rank | 0.1 | default | weight-decay | – | 55.00 % |');
  expect(second).toContain(
    '| translation | – | – | dense | – | – | – | released | 180.00 ± 1.50 | 2 of 3 | 183.25 | 3 |',
  );
  expect(second).toContain('| +3.25 (worse) | – | – |');
});

it('says so where there is nothing', () => {
  expect(renderComparison([])).toBe('Neither side has a record.\n');
});
