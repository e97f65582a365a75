import { join } from 'node:path';
import { restoreCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { loadEngine } from './engine/tensorflow.ts';
import { fingerprintOf } from './measure/fingerprint.ts';
import { type GpuMemorySampler, sampleGpuMemory } from './measure/gpu-memory.ts';
import { countParameters, weightsDigest } from './measure/weights.ts';
import { methodOfCell } from './method-file.ts';
import { namingFile } from './methods/from-file/in-file.ts';
import type { Method } from './methods/method.ts';
import { familyOf } from './plan.ts';
import { programDigest } from './program.ts';
import { streamsOf } from './random.ts';
import { type CellRecord, type EpochPoint, identityOf } from './record.ts';
import { type Cell, type CellConfig, isTranslation } from './spec/spec.ts';
import type { CellContext } from './tasks/context.ts';
import { imageTask } from './tasks/image/task.ts';
import type { Task, TaskOptions } from './tasks/task.ts';
import { translationTask } from './tasks/translation/task.ts';

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

function taskOf(config: CellConfig, options: TaskOptions): Promise<Task> {
  return isTranslation(config) ? translationTask(config, options) : imageTask(config, options);
}

async function runMethod(method: Method, cell: Cell, context: CellContext): Promise<CellRecord> {
  const startedAt = new Date();
  const { config } = cell;
  context.onProgress({ phase: 'prepare', epoch: 0, epochs: config.training.epochs, step: 0, steps: 0, loss: null });
  loadEngine({ threads: context.threads, device: context.device });
  const warnings: string[] = [];
  const sampler = context.device === 'gpu' ? startSampler(warnings) : null;
  const streams = streamsOf(familyOf(config), config.seed);
  const task = await taskOf(config, { method, streams, dataDir: context.dataDir });
  const { budget, data, phases, state } = task;
  warnings.push(...task.warnings);
  const epochs = phases.reduce((sum, phase) => sum + phase.epochs, 0);
  const fingerprint = await fingerprintOf({ threads: context.threads, data: data.digest });

  const checkpoint = context.checkpointDir === null ? null : join(context.checkpointDir, `${cell.cell}.ckpt`);
  const program = programDigest();
  const key = { id: cell.id, computation: { ...fingerprint, program } };
  let done: EpochPoint[] = [];
  if (checkpoint !== null) {
    const restored = await restoreCheckpoint(checkpoint, key, state);
    if (restored.state === 'restored') done = restored.curve;
    if (restored.state === 'refused') warnings.push(restored.reason);
  }
  const onProgress: Parameters<Task['conclude']>[1] = (progress) => context.onProgress({ ...progress, epochs });
  const outcome = await task.train({
    curve: done,
    onProgress,
    onEpoch: async (points) => {
      if (checkpoint !== null) await saveCheckpoint(checkpoint, key, points, state);
    },
  });
  const { curve, diverged } = outcome;
  const { masked, examples, ...results } = await task.conclude(outcome, onProgress);
  context.onProgress({ phase: 'measure', epoch: epochs, epochs, step: 1, steps: 1, loss: null });
  const digest = weightsDigest(task.variables);
  const counts = countParameters(task.variables);
  const last = curve[curve.length - 1]!;
  const rssPeak = process.resourceUsage().maxRSS * 1024;
  const gpuPeak = sampler === null ? null : await sampler.stop();
  const speeds = await task.measure();
  return {
    version: 1,
    ...identityOf(cell),
    ratio: budget.ratio,
    weight_ratio: budget.weightRatio,
    parameters: counts.parameters,
    nonzero_parameters: masked?.parameters ?? counts.nonzero,
    macs: masked?.macs ?? budget.passMacs,
    training_passes: examples / data.train,
    training_macs: 3 * task.passMacs * examples,
    ...results,
    train_loss: last.train_loss,
    ...speeds,
    gpu_memory_peak_bytes: gpuPeak,
    rss_peak_bytes: rssPeak,
    seconds: curve.reduce((sum, point) => sum + point.seconds, 0),
    weights_digest: digest,
    status: diverged ? 'diverged' : 'completed',
    error: diverged ? `training diverged in epoch ${last.epoch}: the loss is not a finite number` : null,
    program,
    fingerprint,
    data_source: data.source,
    train_examples: data.train,
    test_examples: data.test,
    phases,
    curve,
    warnings,
    started_at: startedAt.toISOString(),
    finished_at: new Date().toISOString(),
  };
}

/** The process sees one GPU, whose UUID the pool has put into the variable. */
function startSampler(warnings: string[]): GpuMemorySampler {
  const gpu = /^(GPU|MIG)-[^,]+$/.exec(process.env.CUDA_VISIBLE_DEVICES ?? '')?.[0] ?? null;
  return sampleGpuMemory({ pid: process.pid, gpu, onWarning: (warning) => warnings.push(warning) });
}
