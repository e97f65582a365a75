import { join } from 'node:path';
import { restoreCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { testBatches, trainBatches } from './data/batches.ts';
import { type ImageData, loadImages } from './data/images.ts';
import { loadEngine, tf } from './engine/tensorflow.ts';
import { fingerprintOf } from './measure/fingerprint.ts';
import { type GpuMemorySampler, sampleGpuMemory } from './measure/gpu-memory.ts';
import { timeTask } from './measure/speed.ts';
import { countParameters, weightsDigest } from './measure/weights.ts';
import { methodOfCell } from './method-file.ts';
import { planBudget } from './methods/budget.ts';
import { dense } from './methods/dense.ts';
import { namingFile } from './methods/in-file.ts';
import type { Method } from './methods/method.ts';
import { phasesOf } from './methods/phases.ts';
import { buildNetwork } from './nn/network.ts';
import { blueprintOf, familyOf } from './plan.ts';
import { programDigest } from './program.ts';
import { streamsOf } from './random.ts';
import { type CellRecord, type EpochPoint, identityOf } from './record.ts';
import { masksOf } from './sparse/context.ts';
import { startSparse } from './sparse/start.ts';
import type { Cell } from './spec.ts';
import { batchTensors } from './train/batch-tensors.ts';
import { type EvaluationStep, evaluationStep } from './train/evaluate.ts';
import { totalEpochs, trainPhases } from './train/phases.ts';
import { evaluationBatch } from './train/trainer.ts';
import { type TrainingStep, trainingStep } from './train/training-step.ts';

export interface CellProgress {
  phase: 'prepare' | 'train' | 'evaluate' | 'measure';
  /** Counted from 1; 0 while preparing. */
  epoch: number;
  epochs: number;
  step: number;
  /** Of the whole training. */
  steps: number;
  loss: number | null;
}

export interface CellContext {
  dataDir: string | null;
  /** Where the cell keeps its state after each epoch; null: nowhere. */
  checkpointDir: string | null;
  device: 'cpu' | 'gpu';
  threads: number;
  onProgress(progress: CellProgress): void;
}

/**
 * Trains and measures one cell: data -> model -> method -> trainer -> measurements -> record.
 *
 * @throws MethodFileError for whatever goes wrong in a cell whose method comes from a file
 */
export async function runCell(cell: Cell, context: CellContext): Promise<CellRecord> {
  const method = await methodOfCell(cell);
  try {
    return await runMethod(method, cell, context);
  } catch (error) {
    throw cell.origin === undefined ? error : namingFile(cell.origin, `method ${method.name}`, error);
  }
}

async function runMethod(method: Method, cell: Cell, context: CellContext): Promise<CellRecord> {
  const startedAt = new Date();
  const { config } = cell;
  const phases = phasesOf(method, config.training);
  const epochs = totalEpochs(phases);
  context.onProgress({ phase: 'prepare', epoch: 0, epochs, step: 0, steps: 0, loss: null });
  loadEngine({ threads: context.threads, device: context.device });
  const data = await loadImages(config.dataset, context.dataDir);
  const warnings: string[] = [];
  const sampler = context.device === 'gpu' ? sampleGpuMemory(process.pid, (reason) => warnings.push(reason)) : null;
  const streams = streamsOf(familyOf(config), config.seed);
  const blueprint = blueprintOf(config.model, config.dataset);
  const budget = planBudget(blueprint, method, config.budget);
  const layers = method.kind === 'layer' ? method : dense;
  const model = buildNetwork(blueprint, { method: layers, scale: budget.scale, init: config.init }, streams);
  warnings.push(...model.compressed.flatMap((layer) => layer.warnings ?? []));
  const masks = method.kind === 'sparse' ? masksOf(model) : undefined;
  const step = trainingStep(model, config.training, config.regularizer, masks);
  const sparse =
    method.kind === 'sparse' && masks !== undefined
      ? startSparse({ ...config, method, model, masks, step, keep: budget.keep!, data, streams })
      : null;
  const state = [...step.variables, ...(sparse?.variables ?? [])];
  const evaluation = evaluationStep(model, [data.height, data.width, data.channels]);
  const fingerprint = await fingerprintOf({ threads: context.threads, data: data.digest });

  const checkpoint = context.checkpointDir === null ? null : join(context.checkpointDir, `${cell.cell}.ckpt`);
  const program = programDigest();
  const key = { id: cell.id, fingerprint: JSON.stringify({ ...fingerprint, program }) };
  let done: EpochPoint[] = [];
  if (checkpoint !== null) {
    const restored = await restoreCheckpoint(checkpoint, key, state);
    if (restored.state === 'restored') done = restored.curve;
    if (restored.state === 'refused') warnings.push(restored.reason);
  }
  const { curve, diverged } = await trainPhases({
    model,
    step,
    evaluation,
    data,
    dataset: config.dataset,
    phases,
    ...sparse?.hooks,
    streams,
    curve: done,
    onProgress: (progress) => context.onProgress({ ...progress, epochs }),
    onEpoch: async (points) => {
      if (checkpoint !== null) await saveCheckpoint(checkpoint, key, points, state);
    },
  });
  context.onProgress({ phase: 'measure', epoch: epochs, epochs, step: 1, steps: 1, loss: null });
  const digest = weightsDigest(model.variables);
  const counts = countParameters(model.variables);
  const masked = sparse?.counts(!diverged);
  const last = curve[curve.length - 1]!;
  const examples = curve.length * data.train.count + (sparse?.examples() ?? 0);
  // Before the last phase a network may be of another size.
  const lastPhase = curve.slice(epochs - phases[phases.length - 1]!.training.epochs);
  const accuracies = lastPhase.map((point) => point.test_accuracy).filter((value) => value !== null);
  const measured = await measureCell(step, evaluation, data, cell, sampler);
  const record: CellRecord = {
    version: 1,
    ...identityOf(cell),
    ratio: budget.ratio,
    weight_ratio: budget.weightRatio,
    parameters: counts.parameters,
    nonzero_parameters: masked?.parameters ?? counts.nonzero,
    macs: masked?.macs ?? budget.passMacs,
    training_passes: examples / data.train.count,
    training_macs: 3 * budget.passMacs * examples,
    metric: 'accuracy',
    value: diverged ? null : last.test_accuracy,
    best_value: accuracies.length === 0 ? null : Math.max(...accuracies),
    train_loss: last.train_loss,
    ...measured,
    seconds: curve.reduce((sum, point) => sum + point.seconds, 0),
    weights_digest: digest,
    status: diverged ? 'diverged' : 'completed',
    error: diverged ? `training diverged in epoch ${last.epoch}: the loss is not a finite number` : null,
    program,
    fingerprint,
    data_source: data.source,
    train_examples: data.train.count,
    test_examples: data.test.count,
    phases: phases.map(({ label, training }) => ({ label, epochs: training.epochs })),
    curve,
    warnings,
    started_at: startedAt.toISOString(),
    finished_at: new Date().toISOString(),
  };
  return record;
}

type Measured = Pick<
  CellRecord,
  | 'train_examples_per_second'
  | 'eval_examples_per_second'
  | 'step_ms'
  | 'gpu_memory_peak_bytes'
  | 'rss_peak_bytes'
  | 'tensor_peak_bytes'
>;

/** Speed and memory, measured after the digest is taken: the timed training steps change the running statistics. */
async function measureCell(
  step: TrainingStep,
  evaluation: EvaluationStep,
  data: ImageData,
  { config }: Cell,
  sampler: GpuMemorySampler | null,
): Promise<Measured> {
  const rssPeak = process.resourceUsage().maxRSS * 1024;
  const gpuPeak = sampler === null ? null : await sampler.stop();
  const imageShape = [data.height, data.width, data.channels];
  const { batchSize } = config.training;
  const streams = streamsOf('measure', 0);
  const [trainBatch] = trainBatches(data, config.dataset, batchSize, 0, streams);
  const [testBatch] = testBatches(data, evaluationBatch);
  const trainOnce = (run: TrainingStep['run']) => {
    tf.tidy(() => {
      // A learning rate of zero keeps the weights where training left them.
      run({ ...batchTensors(trainBatch!, imageShape), learningRate: tf.scalar(0) }).loss.dataSync();
    });
  };
  const profile = await tf.profile(() => {
    // A replayed graph's tensors are TensorFlow's own; only the eager form's can be counted.
    trainOnce(step.runEagerly);
    return tf.scalar(0);
  });
  (profile.result as { dispose(): void }).dispose();
  const stepMs = (await timeTask(() => trainOnce(step.run), { warmup: 1, timed: 7 })).median;
  const evaluationMs = (await timeTask(() => void evaluation.run(testBatch!), { warmup: 1, timed: 5 })).median;
  return {
    train_examples_per_second: (1000 * trainBatch!.size) / stepMs,
    eval_examples_per_second: (1000 * testBatch!.size) / evaluationMs,
    step_ms: stepMs,
    gpu_memory_peak_bytes: gpuPeak,
    rss_peak_bytes: rssPeak,
    tensor_peak_bytes: profile.peakBytes,
  };
}
