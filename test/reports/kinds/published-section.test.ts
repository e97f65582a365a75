import { describe, expect, it } from 'vitest';
import { report, section } from '../../helpers/markdown.ts';
import { fixtureConfig, fixtureRecord } from '../../helpers/records.ts';

describe('the published values', () => {
  const heading = 'Published values (provisional, not gated)';

  it('are marked provisional and stand alone beside another model', () => {
    const lines = section(report({ records: [fixtureRecord()] }), heading);
    expect(lines.filter((line) => line.endsWith('| – |'))).toHaveLength(5);
    expect(lines).toContain('| low-rank | 0.1 | spectral | frobenius-decay | 94.34 % | – |');
  });

  it('stand beside the same arm of the published model on all of the data, and of no other', () => {
    const model = { name: 'resnet-projection' as const, depth: 32, width: 32 };
    const whole = { ...fixtureConfig().dataset, name: 'cifar-10' as const, trainExamples: null, testExamples: null };
    const counts = { train_examples: 50_000, test_examples: 10_000 };
    const published = fixtureRecord({ value: 0.93, ...counts }, { model, dataset: whole });
    expect(section(report({ records: [published] }), heading)).toContain(
      '| low-rank | 0.1 | default | weight-decay | 93.59 % | 93.00 % (resnet-32-w32-projection) |',
    );
    const tuned = fixtureRecord({ value: 0.94, ...counts }, { model, dataset: whole, tuning: 'tuned' }, ['tuning']);
    expect(section(report({ records: [published, tuned] }), heading)).toContain(
      '| low-rank | 0.1 | default | weight-decay | 93.59 % | 93.00 % (resnet-32-w32-projection); 94.00 % ' +
        '(resnet-32-w32-projection, tuned) |',
    );
    const part = fixtureRecord({ value: 0.93, ...counts, train_examples: 20_000 }, { model, dataset: whole });
    expect(report({ records: [part] })).not.toContain('93.59 % | 93.00 %');
    const optionA = fixtureRecord({ value: 0.93, ...counts }, { model: { ...model, name: 'resnet' }, dataset: whole });
    expect(report({ records: [optionA] })).not.toContain('93.59 % | 93.00 %');
  });

  it('come with other repositories’ values of the models that the run trained on all of the data, the dense one measured', () => {
    const model = { name: 'resnet-projection' as const, depth: 32, width: 64 };
    const dataset = { ...fixtureConfig().dataset, name: 'cifar-100' as const, trainExamples: null, testExamples: null };
    const counts = { train_examples: 50_000, test_examples: 10_000 };
    const records = [
      fixtureRecord({ value: 0.74, ...counts }, { model, dataset, method: 'dense', budget: 1 }),
      fixtureRecord({ value: 0.73, ...counts }, { model, dataset, method: 'dense', budget: 1, regularizer: 'none' }),
      fixtureRecord({ value: 0.7, ...counts }, { model, dataset }),
    ];
    const lines = section(report({ records }), heading).filter((line) => line.includes('cifar-100'));
    expect(lines).toHaveLength(6);
    expect(lines).toContain(
      '| DwaraknathT/sparsity, README (3 runs) | resnet-projection-32 | cifar-100 | dense | 1 | 75.20 % | 74.00 % ' +
        '(resnet-32-w64-projection) |',
    );
    expect(lines).toContain(
      '| DwaraknathT/sparsity, README (3 runs) | resnet-projection-32 | cifar-100 | vanilla pruning | 0.02 | 67.53 % ' +
        '| – |',
    );
    const part = records.map((record) => ({ ...record, train_examples: 20_000 }));
    expect(report({ records: part })).not.toContain('Related values');
  });

  it('are absent from a run of wide ResNets', () => {
    const wide = fixtureRecord({}, { model: { name: 'wide-resnet', depth: 16, widen: 2 } });
    expect(report({ records: [wide] })).not.toContain('Published');
    expect(report({ records: [wide, fixtureRecord()] })).toContain('Published');
  });

  it('are absent from a run without low-rank layers', () => {
    expect(report({ records: [fixtureRecord({}, { method: 'dense', budget: 1 })] })).not.toContain('Published');
  });
});
