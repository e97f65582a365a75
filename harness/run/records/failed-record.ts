import { type CellRecord, identityOf } from '../../record.ts';
import { type Cell, isTranslation } from '../../spec/spec.ts';

/** The record of a cell that gave no result. `error` says why; everything measured is null. */
export function failedRecord(cell: Cell, error: string, startedAt: Date, finishedAt: Date): CellRecord {
  return {
    version: 1,
    ...identityOf(cell),
    weight_ratio: null,
    parameters: null,
    nonzero_parameters: null,
    macs: null,
    training_passes: null,
    training_macs: null,
    metric: isTranslation(cell.config) ? 'bleu' : 'accuracy',
    value: null,
    best_value: null,
    train_loss: null,
    train_examples_per_second: null,
    eval_examples_per_second: null,
    step_ms: null,
    gpu_memory_peak_bytes: null,
    rss_peak_bytes: null,
    tensor_peak_bytes: null,
    seconds: (finishedAt.getTime() - startedAt.getTime()) / 1000,
    weights_digest: null,
    status: 'failed',
    error,
    program: null,
    fingerprint: null,
    data_source: null,
    train_examples: null,
    test_examples: null,
    phases: [],
    curve: [],
    warnings: [],
    started_at: startedAt.toISOString(),
    finished_at: finishedAt.toISOString(),
  };
}
