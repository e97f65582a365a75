import { expect, it } from 'vitest';
import { csvColumns, renderCsv } from '../../../reports/render/csv.ts';
import { failedRecord, fixtureRecord } from '../../helpers/records.ts';

const header =
  'suite,profile,cell,model,dataset,method,init,regularizer,budget,ratio,seed,parameters,nonzero_parameters,macs,metric,' +
  'value,best_value,train_loss,train_examples_per_second,eval_examples_per_second,step_ms,gpu_memory_peak_bytes,' +
  'rss_peak_bytes,tensor_peak_bytes,seconds,weights_digest,status,error';

it('has the columns in the agreed order', () => {
  expect(csvColumns.join(',')).toBe(header);
});

it('writes one row a record in machine units, empty where not measured', () => {
  expect(renderCsv([fixtureRecord({ weights_digest: 'abc', ratio: null })])).toBe(
    `${header}\ncompression,smoke,low-rank-0.1.default.weight-decay.resnet-20.generated.seed-0,resnet-20,generated,low-rank,` +
      'default,weight-decay,0.1,,0,27053,27053,4301120,accuracy,0.55,0.56,1.25,400,1500,200,,524288000,104857600,12.5,abc,' +
      'completed,\n',
  );
});

it('keeps numbers as they are, negative and small ones too', () => {
  const row = renderCsv([fixtureRecord({ train_loss: -1e-7, value: 0 })]).split('\n')[1];
  expect(row).toContain(',accuracy,0,0.56,-1e-7,400,');
});

it('quotes quotes, commas and newlines of an error', () => {
  expect(renderCsv([failedRecord('bad "shape", got\n[1,2]')])).toContain(',failed,"bad ""shape"", got\n[1,2]"\n');
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)'])('does not let %s be a formula', (error) => {
  expect(renderCsv([failedRecord(error)])).toContain(`,failed,'${error}\n`);
});

it('writes the header alone without records', () => {
  expect(renderCsv([])).toBe(`${header}\n`);
});
