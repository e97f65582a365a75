import { describe, expect, it } from 'vitest';
import { escapeMarkdown } from '../../reports/render/markdown.ts';
import { report, section } from '../helpers/markdown.ts';
import { failedRecord, fixtureRecord, fixtureVerdict } from '../helpers/records.ts';
import { fixtureRun } from '../helpers/run.ts';

describe('the summary', () => {
  it('comes first and names every alarming cell with expected, measured and reason, the worst first', () => {
    const records = [0, 1, 2, 3].map((seed) => fixtureRecord({ cell: `cell-${seed}` }, { seed }));
    const names = ['pass', 'inconclusive', 'regressed', 'failed'] as const;
    const verdicts = records.map((record, i) =>
      fixtureVerdict(record, names[i]!, {
        expected: 0.65,
        measured: i === 3 ? null : 0.55,
        reason: `cell-${i}: why ${i}`,
      }),
    );
    const markdown = report({ records, verdicts, missing: ['cell-4', 'cell-5'] });
    expect(markdown.startsWith('# Compression\n\n## Summary\n\n6 cells planned, 4 with a record: 4 completed')).toBe(
      true,
    );
    const lines = section(markdown, 'Summary');
    expect(lines).toContain(
      'Check against the baseline: regressed. 1 pass, 1 inconclusive, 1 regressed, 1 failed, 2 without a record.',
    );
    expect(lines.filter((line) => line.startsWith('| ')).slice(2)).toEqual([
      '| failed | quality | cell-3 | 65.00 % | – | why 3 |',
      '| regressed | quality | cell-2 | 65.00 % | 55.00 % | why 2 |',
      '| inconclusive | quality | cell-1 | 65.00 % | 55.00 % | why 1 |',
    ]);
  });

  it('shows counts as counts', () => {
    const record = fixtureRecord();
    const verdicts = [
      fixtureVerdict(record, 'regressed', { quantity: 'parameters', expected: 27053, measured: 27054 }),
    ];
    expect(report({ records: [record], verdicts })).toContain('| 27,053 | 27,054 |');
  });

  it('says so where nothing was checked', () => {
    expect(report({ records: [fixtureRecord()] })).toContain('Not checked against a baseline.');
  });
});

describe('what ran', () => {
  it('names suite, data, seeds, machine, time, notes and each warning once', () => {
    const records = [0, 1].map((seed) => fixtureRecord({ warnings: ['slow disk'] }, { seed }));
    expect(section(report({ records, notes: ['A note.'] }), 'What ran').filter((line) => line !== '')).toEqual([
      'What ran',
      '- Suite compression, profile smoke.',
      '- Data: generated, 2000 training, 250 validation and 500 test images.',
      '- Seeds: 0, 1.',
      '- Machine: cpu, avx2, native arithmetic, 1 thread, tfjs 4.22.0, TensorFlow 2.21.0.',
      '- Time: 2026-11-23T10:00:00.000Z to 2026-11-23T10:00:12.500Z.',
      '- A note.',
      'Warnings:',
      '- slow disk',
    ]);
  });
});

describe('the results', () => {
  it('give a row an arm with mean ± deviation, the step relative to the dense model, and the memory', () => {
    const dense = fixtureRecord({ value: 0.8 }, { method: 'dense', budget: 1 });
    const lowRank = [0.5, 0.6].map((value, seed) => fixtureRecord({ value }, { seed }));
    const lines = section(report({ records: [...lowRank, dense] }), 'Results').filter((line) => line.startsWith('| '));
    expect(lines[0]).toBe(
      '| method | budget | init | regularizer | seeds | parameters | ratio | accuracy | standard error | at chosen epoch | train loss | MACs | ' +
        'train examples/s | test examples/s | step ms | step / dense | peak memory MiB | of it tensors MiB |',
    );
    expect(lines.slice(2)).toEqual([
      '| dense | 1 | default | weight-decay | 1 | 269,722 | 1.0000 | 80.00 % | – | 56.00 % | 1.2500 | 40,551,040 | 400 | ' +
        '1,500 | 400 | 1.00× | 500 | 100 |',
      '| low-rank | 0.1 | default | weight-decay | 2 | 27,053 | 0.1003 | 55.00 % ± 7.07 | 5.00 | 56.00 % | 1.2500 | ' +
        '4,301,120 | 400 | 1,500 | 200 | 0.50× | 500 | 100 |',
    ]);
  });

  it('count the seeds that did not complete and leave them out of the mean', () => {
    const records = [fixtureRecord({ value: 0.5 }), fixtureRecord({ status: 'diverged', value: 0.1 }, { seed: 1 })];
    expect(report({ records })).toContain('| 1 of 2 | 27,053 | 0.1003 | 50.00 % |');
  });

  it('show nonzero parameters where they differ, and GPU memory where it was measured', () => {
    const records = [fixtureRecord({ nonzero_parameters: 20000, gpu_memory_peak_bytes: 2 ** 30 })];
    const markdown = report({ records });
    expect(markdown).toContain('| parameters | nonzero |');
    expect(markdown).toContain('GPU memory MiB |');
    expect(markdown).toContain('| 1,024 |');
    expect(report({ records: [fixtureRecord()] })).not.toContain('nonzero');
  });

  it('explain the row that the dense model lacks', () => {
    expect(report({ records: fixtureRun(1) })).toContain('Frobenius decay of a dense layer is weight decay');
    expect(report({ records: [fixtureRecord()] })).not.toContain('Frobenius decay of a dense layer');
  });
});

describe('which accuracy is shown', () => {
  const legend = (...records: ReturnType<typeof fixtureRecord>[]) => section(report({ records }), 'Results').join(' ');
  it('is the last epoch’s, and beside it that at the epoch which held-out examples choose', () => {
    const found = legend(fixtureRecord());
    expect(found).toContain('Accuracy is that of the last epoch, mean ± sample standard deviation');
    expect(found).toContain('at chosen epoch: that at the epoch which held-out training images choose, only shown');
  });

  it('says nothing of a chosen epoch where none was chosen', () => {
    expect(legend(fixtureRecord({ best: null }))).not.toMatch(/chosen epoch:/);
  });
});

it.each([
  [true, { regularizer: 'frobenius-decay' }],
  [false, { regularizer: 'weight-decay' }],
  [false, { regularizer: 'frobenius-decay', init: 'spectral' }],
  [false, { regularizer: 'frobenius-decay', model: { name: 'vgg', depth: 19, width: 8 } }],
] as const)('tells that factors start unbalanced: %s of %o', (tells, config) => {
  const markdown = report({ records: [fixtureRecord({}, config)] });
  expect(markdown.includes('it first shrinks V alone')).toBe(tells);
});

describe('accuracy by budget', () => {
  it('is one line an arm with its confidence interval and theoretical speed-up', () => {
    const dense = fixtureRecord({ value: 0.8 }, { method: 'dense', budget: 1 });
    const at = (budget: number, values: number[], macs: number) =>
      values.map((value, seed) => fixtureRecord({ value, macs }, { budget, seed }));
    const lost = fixtureRecord({ status: 'diverged', value: null }, { budget: 0.05, seed: 2 });
    const records = [dense, ...at(0.1, [0.5, 0.6, 0.7], 4_055_104), ...at(0.05, [0.4, 0.4], 20_275_520), lost];
    const lines = section(report({ records }), 'Accuracy by budget').filter((line) => line.startsWith('| '));
    // t(0.975, 2) · 0.1 / √3 = 0.2484.
    expect(lines).toEqual([
      '| arm | budget 0.1 | budget 0.05 |',
      '| --- | ---: | ---: |',
      '| low-rank, default, weight-decay | 60.00 % ± 24.84, 10.0× | 40.00 % ± 0.00, 2.0×, 2 of 3 |',
    ]);
  });
});

describe('budget and total compute', () => {
  it('show both ways of counting and the whole training, the cheapest arm first', () => {
    const dense = fixtureRecord({ value: 0.8 }, { method: 'dense', budget: 1 });
    const magnitude = fixtureRecord(
      {
        value: 0.7,
        ratio: 0.1,
        weight_ratio: 0.0951,
        training_passes: 3.5,
        training_macs: 8.515718e11,
        phases: [
          { label: 'dense', epochs: 2 },
          { label: 'fine-tune', epochs: 1 },
        ],
      },
      { method: 'magnitude' },
    );
    const records = [magnitude, dense, fixtureRecord()];
    const lines = section(report({ records }), 'Budget and total compute').filter((line) => line.startsWith('| '));
    expect(lines[0]).toBe(
      '| method | budget | init | regularizer | kept of all | kept of weights | epochs | passes | training MACs | ' +
        'compute / dense | accuracy |',
    );
    expect(lines.slice(2, 5)).toEqual([
      '| low-rank | 0.1 | default | weight-decay | 0.1003 | 0.0951 | 2 | 2.00 | 5.16e+10 | 0.11× | 55.00 % |',
      '| dense | 1 | default | weight-decay | 1.0000 | 1.0000 | 2 | 2.00 | 4.87e+11 | 1.00× | 80.00 % |',
      '| magnitude | 0.1 | default | weight-decay | 0.1000 | 0.0951 | dense 2, fine-tune 1 | 3.50 | 8.52e+11 | 1.75× ' +
        '| 70.00 % |',
    ]);
  });

  it('are left out where nothing was counted', () => {
    expect(report({ records: [failedRecord('boom')] })).not.toContain('Budget and total compute');
  });
});

describe('trouble', () => {
  it('is listed with its error on one line', () => {
    const records = [
      failedRecord('bad | shape\n  at layer_1'),
      fixtureRecord({ status: 'diverged', error: 'NaN' }, { seed: 1 }),
    ];
    const lines = section(report({ records }), 'Failed and diverged cells');
    expect(lines).toContain(
      '| low-rank-0.1.default.weight-decay.resnet-20.generated.seed-0 | failed | bad \\| shape at layer_1 |',
    );
    expect(lines).toContain('| low-rank-0.1.default.weight-decay.resnet-20.generated.seed-1 | diverged | NaN |');
  });

  it('does not keep a report from being written when every cell failed', () => {
    const records = [0, 1].map((seed) => failedRecord('boom', { seed }));
    const markdown = report({ records, verdicts: records.map((record) => fixtureVerdict(record, 'failed')) });
    expect(markdown).toContain('0 completed, 0 diverged, 2 failed');
    expect(markdown).toContain('| low-rank | 0.1 | default | weight-decay | 0 of 2 | – |');
    expect(markdown).not.toMatch(/NaN|undefined|null/);
  });

  it('nor when there is no record at all', () => {
    expect(report({ missing: ['a', 'b', 'c'] })).toContain('3 cells planned, 0 with a record');
  });
});

it('gives the command that reproduces a cell', () => {
  const records = [
    fixtureRecord({ fingerprint: { ...fixtureRecord().fingerprint, device: 'gpu: any', threads: 4 } }, { seed: 2 }),
  ];
  expect(report({ records })).toContain(
    '```sh\nnpm run suite -- compression --profile smoke ' +
      '--only low-rank-0.1.default.weight-decay.resnet-20.generated.seed-2 --seeds 3 --threads 4 --device gpu --out reports/out/again\n```',
  );
});

it('gives it with the data’s folder, in a fence that no name ends', () => {
  const record = { ...fixtureRecord({ data_source: 'files' }), cell: 'a\n```\n# b' };
  expect(report({ records: [record], dataDir: '/My Data' })).toMatch(
    /^````sh\nnpm run suite .* --only 'a\n```\n# b' --seeds 1 --data '\/My Data' --no-portable --out reports\/out\/again\n````$/m,
  );
});

it.each([
  ['# no heading', '- \\# no heading'],
  ['- no list', '- \\- no list'],
  ['1. no list', '- 1\\. no list'],
  ['---', '- \\---'],
  ['    no code', '- no code'],
  ['2 GPUs', '- 2 GPUs'],
])('begins no block with the note %j', (note, line) => {
  expect(report({ notes: [note] }).split('\n')).toContain(line);
});

it('has no holes in a whole run', () => {
  expect(report({ records: fixtureRun(3) })).not.toMatch(/NaN|undefined|null|Infinity/);
});

it.each([
  ['a|b', 'a\\|b'],
  ['*bold* `code` <tag>', '\\*bold\\* \\`code\\` \\<tag\\>'],
  ['[text](link)', '[text]\\(link)'],
  ['nonzero_parameters and _this_', 'nonzero_parameters and \\_this\\_'],
  ['two\n  lines', 'two lines'],
  ['&lt;b&gt; R&D', '\\&lt;b\\&gt; R&D'],
])('escapes %j', (text, escaped) => {
  expect(escapeMarkdown(text)).toBe(escaped);
});
