import { describe, expect, it } from 'vitest';
import { renderCsv } from '../../reports/results-csv.ts';
import { tunedRecords } from '../helpers/arms.ts';
import { density, otherRecord } from '../helpers/other-kinds.ts';
import { failedRecord, fixtureRecord } from '../helpers/records.ts';
import { translationRecord } from '../helpers/translation-records.ts';

const shared =
  'suite,profile,cell,model,dataset,method,init,regularizer,budget,ratio,seed,parameters,nonzero_parameters,macs,' +
  'metric,value,best_value,train_loss,train_examples_per_second,eval_examples_per_second,step_ms,' +
  'gpu_memory_peak_bytes,rss_peak_bytes,tensor_peak_bytes,seconds,weights_digest,status,error,' +
  'kind,learning_rate,decay,tuning';

const headerOf = (csv: string) => csv.split('\n')[0];

/** A row as an object; only for rows without quotes. */
function rowOf(csv: string, index: number): Record<string, string | undefined> {
  const [names, ...rows] = csv.trimEnd().split('\n');
  const values = rows[index]?.split(',') ?? [];
  return Object.fromEntries(names!.split(',').map((name, i) => [name, values[i]]));
}

it('has the columns in the agreed order', () => {
  expect(headerOf(renderCsv([fixtureRecord()]))).toBe(shared);
});

it('writes one row a record in machine units, empty where not measured', () => {
  expect(renderCsv([fixtureRecord({ weights_digest: 'abc', ratio: null })])).toBe(
    `${shared}\ncompression,smoke,low-rank-0.1.default.weight-decay.resnet-20.generated.seed-0,resnet-20,generated,` +
      'low-rank,default,weight-decay,0.1,,0,27053,27053,4301120,accuracy,0.55,0.56,1.25,400,1500,200,,524288000,' +
      '104857600,12.5,abc,completed,,image,0.1,0.0001,shared\n',
  );
});

it('has no value of a chosen epoch where no held-out examples chose it', () => {
  const bestOf = (record: Parameters<typeof fixtureRecord>[0]) =>
    rowOf(renderCsv([fixtureRecord(record)]), 0).best_value;
  expect(bestOf({ best: 0.5, validation_examples: 250 })).toBe('0.5');
  // As in records that do not say: the test set chose.
  expect(bestOf({ validation_examples: undefined })).toBe('');
  expect(bestOf({ validation_examples: null })).toBe('');
});

it('keeps numbers as they are, negative and small ones too', () => {
  const row = renderCsv([fixtureRecord({ train_loss: -1e-7, value: 0 })]).split('\n')[1];
  expect(row).toContain(',accuracy,0,0.56,-1e-7,400,');
});

it('quotes quotes, commas and newlines of an error', () => {
  expect(renderCsv([failedRecord('bad "shape", got\n[1,2]')])).toContain(',failed,"bad ""shape"", got\n[1,2]",image,');
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)'])('does not let %s be a formula', (error) => {
  expect(renderCsv([failedRecord(error)])).toContain(`,failed,'${error},image,`);
});

it('writes the header alone without records', () => {
  expect(renderCsv([])).toBe(`${shared}\n`);
});

it('fills what a failed cell has, with the metric of its kind', () => {
  expect(rowOf(renderCsv([failedRecord('boom')]), 0)).toMatchObject({
    model: 'resnet-20',
    method: 'low-rank',
    budget: '0.1',
    ratio: '',
    metric: 'accuracy',
    value: '',
    seconds: '12.5',
    status: 'failed',
    error: 'boom',
    learning_rate: '0.1',
  });
});

it('says whose learning rate and λ a cell has, and nothing where its kind knows no tuning', () => {
  const records = [
    fixtureRecord(),
    ...tunedRecords([0.5], {}, { learningRate: 0.3, decay: 0.01 }),
    failedRecord('boom'),
  ];
  const csv = renderCsv([...records, otherRecord({ kind: density, method: 'flow' }, { model_log_likelihood: -1 })]);
  expect([0, 1, 2, 3].map((row) => rowOf(csv, row).tuning)).toEqual(['shared', 'tuned', 'shared', '']);
  expect(rowOf(csv, 1)).toMatchObject({ learning_rate: '0.3', decay: '0.01' });
});

it('gives no λ where nothing decays: it decides nothing there', () => {
  const without = [fixtureRecord({}, { regularizer: 'none' }), translationRecord({}, { regularizer: 'none' })];
  const csv = renderCsv([...without, fixtureRecord({}, { regularizer: 'weight-decay' })]);
  expect([0, 1, 2].map((row) => rowOf(csv, row).decay)).toEqual(['', '', '0.0001']);
  expect([0, 1].map((row) => rowOf(csv, row).learning_rate)).toEqual(['0.1', '0.1']);
});

describe('beside the shared columns', () => {
  const csv = renderCsv([translationRecord({ value: 34 }), fixtureRecord()]);

  it('each further metric and factor of the kinds present has one, in the order of their words, and none has two', () => {
    // λ is a factor of both kinds, and a column already.
    expect(headerOf(csv)).toBe(`${shared},chrf,valid_loss,perplexity,coupling`);
  });

  it('they are filled where a record has them', () => {
    const row = rowOf(csv, 0);
    expect(row).toMatchObject({ kind: 'translation', metric: 'bleu', value: '34', chrf: '55.5', valid_loss: '1' });
    expect(Number(row.perplexity)).toBeCloseTo(Math.E, 12);
    expect(rowOf(csv, 1)).toMatchObject({ kind: 'image', metric: 'accuracy', chrf: '', perplexity: '', coupling: '' });
  });

  it('a factor of an arm fills its column', () => {
    const record = translationRecord({}, { regularizer: 'frobenius-decay' }, ['coupling']);
    expect(rowOf(renderCsv([record]), 0)).toMatchObject({
      coupling: 'decoupled',
      decay: '0.001',
      learning_rate: '0.1',
    });
  });
});
