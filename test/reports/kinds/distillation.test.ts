import { describe, expect, it } from 'vitest';
import { plainDefinition } from '../../../harness/definition/plain-definition.ts';
import type { FinishedRecord } from '../../../harness/record.ts';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { isDense } from '../../../reports/arms/coordinates.ts';
import { collapseSection } from '../../../reports/kinds/distillation/collapse-section.ts';
import { overcompleteClaims, type RivalName } from '../../../reports/kinds/distillation/overcomplete.ts';
import { overcompleteSection } from '../../../reports/kinds/distillation/overcomplete-section.ts';
import type { TableBlock } from '../../../reports/render/document.ts';
import { distillationRecords } from '../../helpers/distillation-records.ts';

const unit = { budgetUnit: 'rank-scale' } as const;
const noise = [-0.004, 0.001, 0.003];
/** Three seeds around a value: in each of three turns another seed is the best. */
const around = (value: number, turn = 0) => [0, 1, 2].map((seed) => value + noise[(seed + turn) % 3]!);
const dense = { method: 'dense', init: 'default', regularizer: 'weight-decay' } as const;
const teacher = { model: { name: 'resnet', depth: 20, width: 32 }, temperature: 4, weight: 0.9 } as const;

const controls = (level = 0.7): FinishedRecord[] => [
  ...distillationRecords([0.701, 0.699, 0.702], { ...dense, regularizer: 'none' }),
  ...distillationRecords(around(level), dense),
  // 2 epochs of an overcomplete network compute as 2.2 of the dense one: three are the fewest.
  ...distillationRecords(around(level, 1), { ...dense, epochs: 4 }),
  ...distillationRecords(around(level + 0.002, 2), { ...dense, epochs: 3 }),
  ...distillationRecords(around(level, 2), { ...dense, teacher }),
  ...distillationRecords(around(level, 1), { ...dense, method: 'wider', budget: 3, ...unit }),
  ...distillationRecords(around(level), { ...dense, method: 'wider-deep', ...unit }),
];
const wide = (value: number, regularizer: 'weight-decay' | 'frobenius-decay' = 'frobenius-decay') =>
  distillationRecords(around(value, 1), { method: 'low-rank', budget: 3, regularizer, ...unit });
const deep = (value: number) =>
  distillationRecords(around(value, 2), {
    method: 'deep',
    init: 'spectral',
    regularizer: 'frobenius-decay',
    ...unit,
  });

const tableOf = (section: ReturnType<typeof collapseSection>) =>
  (section!.blocks.find(({ kind }) => kind === 'table') as TableBlock).table;

describe('overcomplete arms', () => {
  const claims = overcompleteClaims(
    summarizeArms([...controls(), ...wide(0.8), ...wide(0.69, 'weight-decay'), ...deep(0.702)]),
  );

  it('are held against their controls: each against what is like it', () => {
    const rivals = (index: number) =>
      Object.fromEntries(
        claims[index]!.rivals.map(({ what, arm }) => [what, arm.factors.map(({ value }) => value).join(' ')]),
      ) as Partial<Record<RivalName, string>>;
    expect(claims.map(({ ours }) => ours.factors[0]!.value)).toEqual(['deep', 'low-rank']);
    expect(rivals(1)).toEqual({
      'dense, as long': 'dense 1 default weight-decay',
      'dense, as much compute': 'dense 1 default weight-decay 3',
      'wider, as many parameters': 'wider 3 default weight-decay',
      'weight decay in place of Frobenius decay': 'low-rank 3 default weight-decay',
      'distilled from a teacher': 'dense 1 default weight-decay 4 0.9',
    });
    expect(rivals(0)).toEqual({
      'dense, as long': 'dense 1 default weight-decay',
      'dense, as much compute': 'dense 1 default weight-decay 3',
      'wider, as many parameters': 'wider-deep 1 default weight-decay',
      'distilled from a teacher': 'dense 1 default weight-decay 4 0.9',
    });
  });

  it('are above, or cannot be told, with the difference that the test finds', () => {
    expect(claims[1]!.obstacles).toEqual([]);
    expect(claims[1]!.rivals.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 5 }, () => 'above'));
    expect(claims[0]!.rivals.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 4 }, () => 'open'));
    const [first] = claims[1]!.rivals;
    // The difference that is found is some standard errors; ten points are far above it.
    expect(first!.found).toBeGreaterThan(2 * first!.test.standardError!);
    expect(first!.found).toBeLessThan(0.05);
  });

  it('are below where a control is better', () => {
    const [claim] = overcompleteClaims(summarizeArms([...controls(), ...wide(0.6)]));
    expect(new Set(claim!.rivals.map(({ verdict }) => verdict))).toEqual(new Set(['below']));
  });

  it('are not tested where decay hurts the dense network', () => {
    const [claim] = overcompleteClaims(summarizeArms([...controls(0.6), ...wide(0.8)]));
    expect(claim!.obstacles.join()).toMatch(/weight decay takes .* from the dense network/);
    expect(new Set(claim!.rivals.map(({ verdict }) => verdict))).toEqual(new Set(['untested']));
    const section = overcompleteSection(summarizeArms([...controls(0.6), ...wide(0.8)]))!;
    expect(JSON.stringify(section)).toContain('not tested at this setting, where weight decay takes');
  });

  it('make a section with a row for each rival', () => {
    const arms = summarizeArms([...controls(), ...wide(0.8), ...deep(0.702)]);
    const section = overcompleteSection(arms)!;
    const { columns, rows } = tableOf(section);
    expect(rows).toHaveLength(8);
    const cell = (row: number, name: string) => rows[row]![columns.findIndex((column) => column.name === name)];
    expect([cell(0, 'overcomplete arm'), cell(4, 'overcomplete arm')]).toEqual([
      'deep, spectral, frobenius-decay (70.20 % ± 0.36)',
      'low-rank 3, default, frobenius-decay (80.00 % ± 0.36)',
    ]);
    expect(cell(4, 'difference')).toBe('+10.00');
    expect(cell(4, 'compute')).toBe('0.91×');
    expect(cell(5, 'compute')).toBe('1.36×');
    expect(cell(4, 'reading')).toBe('above');
    expect(overcompleteSection(summarizeArms(controls()))).toBeNull();
  });
});

it('dense networks that are trained for longer, or by a teacher, are no reference', () => {
  const arms = summarizeArms(controls());
  expect(arms.filter(isDense).map(({ factors }) => factors.map(({ value }) => value).join(' '))).toEqual([
    'dense 1 default none',
    'dense 1 default weight-decay',
  ]);
});

describe('the section on collapsing', () => {
  const graph = { of: 'evaluation', feeds: 'images', digest: 'e0' };
  const definition = plainDefinition({ state: [], graphs: [graph] });
  const reference = distillationRecords(around(0.7), dense, { definition });
  const section = (collapse = {}, records = reference) =>
    collapseSection(
      summarizeArms([
        ...records,
        ...distillationRecords(
          around(0.8),
          { method: 'low-rank', budget: 3, regularizer: 'frobenius-decay', ...unit },
          { collapse },
        ),
      ]),
    );
  const row = (...given: Parameters<typeof section>) => {
    const { columns, rows } = tableOf(section(...given));
    return Object.fromEntries(columns.map(({ name }, i) => [name, rows[0]![i]]));
  };

  it('tells accuracy, sizes and speed before and after, and the dense network’s', () => {
    expect(row()).toMatchObject({
      arm: 'low-rank 3, default, frobenius-decay',
      accuracy: '80.00 % ± 0.36',
      collapsed: '80.00 % ± 0.36',
      'logits differ': '2.00e-6',
      predictions: '0',
      parameters: '1,618,332 → 269,722',
      'images/s': '1,200 → 1,500',
      MiB: '2 → 2',
      'same program': 'yes',
    });
    expect(JSON.stringify(section()!.blocks.at(-1))).toContain('269,722 parameters');
  });

  it('tells another program than the dense one, and an unknown one', () => {
    const after = { parameters: 269_722, macs: 1, examples_per_second: 1, tensor_peak_bytes: 1, graph: 'f1' };
    expect(row({ after })['same program']).toBe('no');
    expect(row({}, distillationRecords(around(0.7), dense))['same program']).toBe('–');
    expect(row({ largest_relative_difference: null })['logits differ']).toBe('–');
  });

  it('is not there where nothing collapses', () => {
    expect(collapseSection(summarizeArms(reference))).toBeNull();
  });
});
