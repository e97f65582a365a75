import { expect, it } from 'vitest';
import { renderComparison } from '../../../reports/comparison/comparison-table.ts';
import { comparedArm, comparisonOf, perplexityArm } from './compared-arms.ts';

it('is one row an arm', () => {
  expect(renderComparison([comparisonOf([comparedArm])])).toBe(
    '| model | dataset | method | budget | init | regularizer | seeds | before | after | difference | ' +
      '95 % interval | p (Holm) | speed ratio | parameters | bit-identical |\n| --- | --- | --- | ---: | --- | --- | --- | ---: | ' +
      '---: | ---: | ---: | ---: | ---: | ---: | ---: |\n| resnet-20 | generated | low-rank | 0.1 | default | ' +
      'weight-decay | 0, paired | 55.00 % | 60.00 % | +5.00 | – | – | 1.25 | -53 | 1 of 1 |\n',
  );
});

it('has columns for all factors of all kinds, and says which seeds are compared and which way is better', () => {
  const text = renderComparison([comparisonOf([comparedArm, perplexityArm])]);
  const [head, , first, second] = text.split('\n');
  expect(head).toContain('| kind | model | dataset | method | budget | init | regularizer | coupling | seeds |');
  expect(first).toContain(
    '| image | resnet-20 | generated | low-rank | 0.1 | default | weight-decay | – | 0, paired |',
  );
  expect(second).toContain(
    '| translation | – | – | dense | – | – | – | released | 0, 1 against 3, 4, 5, two-sample | 180.00 ± 1.50 | ' +
      '183.25 ± 1.00 | +3.25 (worse) | -1.25 to +7.75 | 0.125 | – | – |',
  );
  expect(second).toContain('| before lost 2 |');
  expect(text).toContain('Two-sample: fewer than two seeds are in both');
});

it('names seeds that the means are not over, and changed fields', () => {
  const arm = {
    ...comparedArm,
    before: { ...comparedArm.before, leftOut: [3, 4] },
    after: { ...comparedArm.after, leftOut: [1], lost: [2] },
    configChanges: ['training.epochs: 2 -> 5'],
  };
  const [head, , row] = renderComparison([comparisonOf([arm])]).split('\n');
  expect(head).toContain('| left out | changed fields |');
  expect(row).toContain('| before 3, 4; after 1; after lost 2 | training.epochs: 2 -\\> 5 |');
});

it('puts suites under headings, and says what was not compared', () => {
  const uncompared = [{ arm: 'dense.resnet-20', reason: 'not in B', isLost: true }];
  const environment = ['instruction_set: avx2 -> avx512'];
  const text = renderComparison([
    comparisonOf([comparedArm], { uncompared, environment }),
    comparisonOf([], { suite: 'tensors', uncompared }),
  ]);
  expect(text).toContain('## compression, profile smoke\n\n| model |');
  expect(text).toContain('Another environment (instruction_set: avx2 -\\> avx512): equal bits');
  expect(text).toMatch(/## tensors, profile smoke\n\nNot compared:\n\n- dense.resnet-20: not in B\n$/);
});
