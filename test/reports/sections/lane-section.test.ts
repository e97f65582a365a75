import { describe, expect, it } from 'vitest';
import { armRecords, tunedRecords } from '../../helpers/arms.ts';
import { report, section } from '../../helpers/markdown.ts';

type Records = ReturnType<typeof armRecords>;

const place = 'resnet-20 on generated';
const dense = { method: 'dense', budget: 1 };
const without = { method: 'dense', budget: 1, regularizer: 'none' } as const;
const shared = [
  armRecords([0.9, 0.92], dense),
  armRecords([0.5, 0.52], {}),
  armRecords([0.6, 0.62], { method: 'snip' }),
];
const tuned = [
  tunedRecords([0.7, 0.72], {}, { learningRate: 0.3, decay: 0.0005, cells: 12, macs: 7e12 }),
  tunedRecords([0.65, 0.67], { method: 'snip' }, { macs: null }),
];

const linesOf = (heading: string, ...records: Records[]) =>
  section(report({ records: records.flat() }), heading).filter((line) => line !== '');
const rowsOf = (heading: string, ...records: Records[]) =>
  linesOf(heading, ...records).filter((line) => line.startsWith('| ') && !line.startsWith('| -'));

describe('the section of lanes', () => {
  it('is there where an arm is tuned, and nowhere else is a lane named', () => {
    expect(report({ records: [...shared, ...tuned].flat() })).toContain('## Lanes\n');
    expect(report({ records: shared.flat() })).not.toMatch(/## Lanes|tuned|\bshared lane|of it tuning|, shared/);
  });

  it('shows what each tuned arm has beside what all have, and what its grid took', () => {
    const alone = tunedRecords([0.5], { method: 'set', regularizer: 'none' }, { learningRate: 0.05 });
    expect(rowsOf('Lanes', ...shared, ...tuned, alone).slice(0, 4)).toEqual([
      '| tuned arm | learning rate | λ | learning rate, shared | λ, shared | trainings of the grid | MACs of the grid |',
      '| low-rank 0.1, default, weight-decay | 0.3 | 0.0005 | 0.1 | 0.0001 | 12 | 7.00e+12 |',
      '| set 0.1, default, none | 0.05 | – | – | – | 6 | 1.00e+12 |',
      '| snip 0.1, default, weight-decay | 0.2 | 0.002 | 0.1 | 0.0001 | 6 | – |',
    ]);
  });

  it('shows how the order of the arms in both lanes differs, budget by budget, and the dense arms by themselves', () => {
    const at = (budget: number, values: [number, number]) => [
      tunedRecords([values[0]], { budget }),
      tunedRecords([values[1]], { budget, method: 'snip' }),
      armRecords([0.4], { budget }),
      armRecords([0.3], { budget, method: 'snip' }),
    ];
    const lines = linesOf(
      'Lanes',
      ...shared,
      ...tuned,
      ...at(0.2, [0.8, 0.7]),
      // In one lane only, without a result in the other, and held to operations: of no order.
      tunedRecords([0.99], { method: 'set' }),
      armRecords([null], { method: 'rigl' }),
      tunedRecords([0.99], { method: 'rigl' }),
      armRecords([0.1], { method: 'narrow-macs' }),
      tunedRecords([0.99], { method: 'narrow-macs' }),
      armRecords([0.8], without),
      tunedRecords([0.8], without),
      tunedRecords([0.8], dense),
    );
    expect(lines.filter((line) => line.startsWith('- '))).toEqual([
      '- Dense: another place in the tuned lane for 1 of 2 arms; first is dense, default, weight-decay if shared, ' +
        'dense, default, weight-decay and dense, default, none if tuned.',
      '- Budget 0.2: the order of 2 arms is the same in both lanes.',
      '- Budget 0.1: another place in the tuned lane for 2 of 2 arms; first is snip, default, weight-decay if shared, ' +
        'low-rank, default, weight-decay if tuned.',
    ]);
    expect(lines.filter((line) => line.startsWith('| budget 0.1 '))).toEqual([
      '| budget 0.1 | snip, default, weight-decay | 1 | 2 | 61.00 % ± 1.41 | 66.00 % ± 1.41 |',
      '| budget 0.1 | low-rank, default, weight-decay | 2 | 1 | 51.00 % ± 1.41 | 71.00 % ± 1.41 |',
    ]);
  });

  it('says which arm was tuned on other data', () => {
    const elsewhere = { tuning: { cells: 6, training_macs: null, data: 'ffffffffffffffff' } };
    const text = (...records: Records[]) => linesOf('Lanes', ...records).join('\n');
    expect(text(...shared, tunedRecords([0.5], {}, {}, elsewhere))).toContain(
      'Tuned on other data than these seeds were trained on: low-rank 0.1, default, weight-decay.',
    );
    expect(text(...shared, ...tuned)).not.toContain('other data');
  });
});

describe('tables in which an arm is tuned', () => {
  it('say of each arm whether it is, and its learning rate and λ', () => {
    const [head, ...rows] = rowsOf('Results', ...shared, ...tuned).map((line) =>
      line.split(' | ').slice(0, 7).join(' | '),
    );
    expect(head).toBe('| method | budget | init | regularizer | tuning | learning rate | λ');
    expect(rows).toEqual([
      '| dense | 1 | default | weight-decay | shared | 0.1 | 0.0001',
      '| low-rank | 0.1 | default | weight-decay | shared | 0.1 | 0.0001',
      '| low-rank | 0.1 | default | weight-decay | tuned | 0.3 | 0.0005',
      '| snip | 0.1 | default | weight-decay | shared | 0.1 | 0.0001',
      '| snip | 0.1 | default | weight-decay | tuned | 0.2 | 0.002',
    ]);
  });

  it('have these columns in place of those of factors', () => {
    const swept = armRecords([0.5], {}, {}, ['decay']);
    expect(rowsOf('Results', swept)[0]).toContain('| regularizer | decay | seeds |');
    expect(rowsOf('Results', swept, ...tuned)[0]).toContain('| regularizer | tuning | learning rate | λ | seeds |');
  });
});

describe('total compute', () => {
  const heading = 'Budget and total compute';

  it('holds a tuned arm’s grid, which is shown with the number of its trainings, the cheapest arm first', () => {
    const rows = rowsOf(heading, ...shared, ...tuned);
    expect(rows[0]).toContain('| passes | training MACs | of it tuning | compute / dense |');
    expect(rows.slice(1, 6).map((row) => row.split(' | ').slice(-4).join(' | '))).toEqual([
      '5.16e+10 | 0 | 0.11× | 51.00 % ± 1.41 |',
      '5.16e+10 | 0 | 0.11× | 61.00 % ± 1.41 |',
      '4.87e+11 | 0 | 1.00× | 91.00 % ± 1.41 |',
      '7.05e+12 | 7.00e+12 (12 trainings) | 14.49× | 71.00 % ± 1.41 |',
      '– | – (6 trainings) | – | 66.00 % ± 1.41 |',
    ]);
  });

  it('says so, and that no arm’s compute holds what finding the shared λ took', () => {
    expect(linesOf(heading, ...shared, ...tuned).join(' ')).toMatch(
      /Training MACs of a tuned arm hold those of its grid.* λ of the shared arms was found on the dense network once/,
    );
  });
});

it('the Pareto sets are one a lane: no arm dominates one of the other lane', () => {
  const better = tunedRecords([0.95, 0.96], {});
  const lines = linesOf('Pareto set', ...shared.slice(0, 2), better);
  const standings = lines.filter((line) => /^\| (low|dense)|^resnet/.test(line)).map((line) => line.split(' | ')[0]);
  expect(standings).toEqual([
    `${place}, shared:`,
    '| low-rank 0.1, default, weight-decay',
    '| dense, default, weight-decay',
    `${place}, tuned:`,
    '| low-rank 0.1, default, weight-decay, tuned',
  ]);
  const ofParameters = lines.filter((line) => /^\| (low|dense)/.test(line)).map((line) => line.split(' | ')[5]);
  expect(ofParameters).toEqual(['in the set', 'in the set', 'in the set']);
});

it('sizes and speeds by method are of both lanes, which is said', () => {
  const heading = 'Size and speed by method';
  expect(rowsOf(heading, ...shared, ...tuned).map((row) => row.split(' | ')[6])).toEqual(['cells', '2', '4', '4']);
  expect(linesOf(heading, ...shared, ...tuned).join('\n')).toContain('their initialization, regularizer and tuning:');
});
