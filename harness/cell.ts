import { join } from 'node:path';
import { canonicalJson } from './canonical-json.ts';
import { launchOf, measuresLaunches } from './cell-launch.ts';
import { restoreCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { shortDigest } from './digest.ts';
import { loadEngine } from './engine/tensorflow.ts';
import { CellRefusal } from './errors.ts';
import { firstLine, thrownText } from './foreign-text.ts';
import { makeTask, type TaskContext } from './make-task.ts';
import { fingerprintOf } from './measure/fingerprint.ts';
import { type GpuMemorySampler, sampleGpuMemory } from './measure/gpu-memory.ts';
import { countParameters, weightsDigest } from './measure/weights.ts';
import { namingFile } from './methods/from-file/in-file.ts';
import { programDigest } from './program.ts';
import { type CurvePoint, type FinishedRecord, identityOf, recordVersion, resultDigestOf } from './record.ts';
import type { Cell } from './spec/cell.ts';
import { wordsOfKind } from './spec/kinds.ts';
import type { Launch } from './spec/launch.ts';
import type { CellContext } from './tasks/context.ts';
import { type Speeds, sharingLast, type Task, type TaskProgress } from './tasks/task.ts';
import { otherDataRefusal, tuneRemedy } from './tuned-data.ts';
import { saveWeights } from './weight-file.ts';

/**
 * Computes and measures one cell: data -> model -> method -> training or computation -> measurements -> record.
 *
 * @throws MethodFileError for whatever goes wrong in a cell whose method comes from a file
 */
export async function runCell(cell: Cell, context: CellContext): Promise<FinishedRecord> {
  try {
    return await runTask(cell, context);
  } catch (error) {
    throw cell.origin === undefined ? error : namingFile(cell.origin, `method ${cell.config.method}`, error);
  }
}

const unmeasured: Speeds = {
  train_examples_per_second: null,
  eval_examples_per_second: null,
  step_ms: null,
  tensor_peak_bytes: null,
};

async function runTask(cell: Cell, context: CellContext): Promise<FinishedRecord> {
  const startedAt = new Date();
  context.onProgress({ phase: 'prepare', epoch: 0, epochs: 0, step: 0, steps: 0, loss: null });
  loadEngine({ threads: context.threads, device: context.device });
  const warnings: string[] = [];
  const sampler = context.device === 'gpu' ? startSampler(warnings) : null;
  const taskContext = { ...context, shared: sharingLast() };
  const { task, neededDigests } = await makeTask(cell, taskContext);
  const { size, data, phases, state } = task;
  // Of images that only a worker can decode, a plan could not tell.
  const refusal = data === null ? null : otherDataRefusal(cell, data.digest);
  if (refusal !== null) throw new CellRefusal(`${refusal}. Find them with ${tuneRemedy(cell)}`);
  warnings.push(...task.warnings);
  const epochs = phases.reduce((sum, phase) => sum + phase.epochs, 0);
  const fingerprint = {
    ...(await fingerprintOf({ threads: context.threads, data: data?.digest ?? '' })),
    ...(neededDigests.length === 0 ? {} : { needs: shortDigest(canonicalJson(neededDigests)) }),
  };

  // What a method's file computes has no baseline; and its hooks may bear no second call.
  const isDefined = cell.origin === undefined && !context.resultOnly;
  const definition = isDefined ? ((await task.definition?.()) ?? null) : null;
  const checkpoint = context.checkpointDir === null ? null : join(context.checkpointDir, `${cell.cell}.ckpt`);
  const program = programDigest();
  const key = { id: cell.id, computation: { ...fingerprint, program } };
  const trained = task.variables.length > 0;
  const initialDigest = trained ? weightsDigest(task.variables) : null;
  let done: CurvePoint[] = [];
  if (checkpoint !== null) {
    const restored = await restoreCheckpoint(checkpoint, key, state);
    if (restored.state === 'restored') done = restored.curve;
    if (restored.state === 'refused') warnings.push(restored.reason);
  }
  const onProgress = (progress: TaskProgress) => context.onProgress({ ...progress, epochs });
  const outcome = await task.train({
    curve: done,
    onProgress,
    onPoint: async (points) => {
      const point = points.at(-1);
      // Who is told of a point finds its checkpoint.
      if (checkpoint !== null) await saveCheckpoint(checkpoint, key, points, state);
      if (point !== undefined) context.onPoint?.({ at: point.at, values: point.values });
    },
  });
  const { curve, diverged } = outcome;
  const { masked, examples, forwardMacs, measures, checks, details } = await task.conclude(outcome, onProgress);
  context.onProgress({ phase: 'measure', epoch: epochs, epochs, step: 1, steps: 1, loss: null });
  const digest = trained ? weightsDigest(task.variables) : null;
  const counts = trained ? countParameters(task.variables) : null;
  const rssPeak = process.resourceUsage().maxRSS * 1024;
  if (context.weightsPath !== null && digest !== null) {
    await saveWeights(context.weightsPath, { cell: cell.cell, id: cell.id, digest }, task.variables);
  }
  const gpuPeak = sampler === null ? null : await sampler.stop();
  const speeds = context.resultOnly ? unmeasured : ((await task.measure?.()) ?? unmeasured);
  const launched = isDefined && measuresLaunches(cell.profile) && !diverged;
  const launch = launched ? await launchOrWarning(cell, task, taskContext, warnings) : null;
  const last = curve.at(-1);
  const result = {
    version: recordVersion,
    ...identityOf(cell),
    ratio: size?.ratio ?? null,
    measures,
    checks,
    details,
    weight_ratio: size?.weightRatio ?? null,
    parameters: counts?.parameters ?? null,
    nonzero_parameters: masked?.parameters ?? counts?.nonzero ?? null,
    macs: masked?.macs ?? size?.macs ?? null,
    training_passes: data === null ? null : examples / data.train,
    training_macs: size === null ? null : 3 * (forwardMacs ?? size.batchMacs * examples),
    train_loss: last?.values.train_loss ?? null,
    ...speeds,
    ...(launch === null ? {} : { launch }),
    ...(done.length === 0 ? {} : { resumed_points: done.length }),
    gpu_memory_peak_bytes: gpuPeak,
    rss_peak_bytes: rssPeak,
    seconds: curve.reduce((sum, point) => sum + point.seconds, 0),
    weights_digest: digest,
    initial_weights_digest: initialDigest,
    result_digest: resultDigestOf({ weights_digest: digest, measures, checks, curve }),
    needed_digests: neededDigests,
    ...(definition === null ? {} : { definition }),
    program,
    fingerprint,
    data_source: data?.source ?? null,
    train_examples: data?.train ?? null,
    validation_examples: data?.validation ?? null,
    test_examples: data?.test ?? null,
    phases,
    curve,
    warnings,
    started_at: startedAt.toISOString(),
    finished_at: new Date().toISOString(),
  } as const;
  if (!diverged) return { ...result, status: 'completed' };
  const place = last === undefined ? '' : ` in ${wordsOfKind(cell.kind).at} ${last.at}`;
  return { ...result, status: 'diverged', error: `training diverged${place}: the loss is not a finite number` };
}

/** A finished training is worth more than the measurement of its speed, for which memory may lack. */
async function launchOrWarning(
  cell: Cell,
  task: Task,
  context: CellContext & TaskContext,
  warnings: string[],
): Promise<Launch | null> {
  try {
    return await launchOf(cell, { task, context, device: context.device, gpu: visibleGpu() });
  } catch (error) {
    warnings.push(`The launch's speed could not be measured: ${firstLine(thrownText(error), 300)}`);
    return null;
  }
}

function startSampler(warnings: string[]): GpuMemorySampler {
  return sampleGpuMemory({ pid: process.pid, gpu: visibleGpu(), onWarning: (warning) => warnings.push(warning) });
}

/** The process sees one GPU, whose UUID the pool has put into the variable. */
function visibleGpu(): string | null {
  return /^(GPU|MIG)-[^,]+$/.exec(process.env.CUDA_VISIBLE_DEVICES ?? '')?.[0] ?? null;
}
