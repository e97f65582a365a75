import { expect, it } from 'vitest';
import { armRecords } from '../../helpers/arms.ts';
import { report, section } from '../../helpers/markdown.ts';

const heading = 'Size and speed by method';
const dense = armRecords([0.9, 0.9], { method: 'dense', budget: 1 }, { macs: 1000, step_ms: 40, parameters: 500 });
const arm = (method: string, regularizer: 'none' | 'weight-decay', step_ms: number) =>
  armRecords([0.7], { method, regularizer }, { macs: 250, step_ms, parameters: 50, nonzero_parameters: 50 });

it('has a row a method and budget, with medians over its arms, and times over the dense model’s', () => {
  const records = [
    ...dense,
    ...[arm('tucker', 'none', 10), arm('tucker', 'weight-decay', 90), arm('tucker', 'none', 20)].flat(),
    ...arm('cp', 'none', 60),
  ].map((record, i) => ({ ...record, id: `${i}`, cell: `cell-${i}`, seed: i }));
  const lines = section(report({ records }), heading);
  expect(lines).toContain('| tucker | 0.1 | 50 | 0.1003 | 250 | 0.25× | 3 | 20 | 0.50× |');
  expect(lines).toContain('| cp | 0.1 | 50 | 0.1003 | 250 | 0.25× | 1 | 60 | 1.50× |');
  expect(lines).toContain('| dense | 1 | 500 | 1.0000 | 1,000 | 1.00× | 2 | 40 | 1.00× |');
});

it('leaves times open where no dense cell was timed', () => {
  const records = [...arm('tucker', 'none', 10), ...arm('cp', 'none', 60)];
  expect(section(report({ records }), heading)).toContain('| tucker | 0.1 | 50 | 0.1003 | 250 | – | 1 | 10 | – |');
});

it('is absent where only one method compresses', () => {
  expect(report({ records: [...dense, ...arm('cp', 'none', 60)] })).not.toContain(heading);
});
