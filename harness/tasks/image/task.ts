import { planBudget } from '../../budget/budget.ts';
import { budgetOf } from '../../budget/budget-unit.ts';
import { testBatches, trainBatches } from '../../data/images/batches.ts';
import { type ImageData, loadImages } from '../../data/images/images.ts';
import { tf } from '../../engine/tensorflow.ts';
import { timeTask } from '../../measure/speed.ts';
import { tensorPeakBytes } from '../../measure/tensor-peak.ts';
import { dense } from '../../methods/dense.ts';
import { phasesOf } from '../../methods/phases.ts';
import { buildNetwork } from '../../nn/network.ts';
import { streamsOf } from '../../random.ts';
import type { CurvePoint } from '../../record.ts';
import { sizedNetwork } from '../../shape/sized-network.ts';
import { masksOf } from '../../sparse/context.ts';
import { startSparse } from '../../sparse/start.ts';
import type { ImageConfig } from '../../spec/image.ts';
import { type ImageFeeds, imageEvaluationStep, imageFeeds, imageTrainingStep } from '../../train/image-steps.ts';
import { trainLoop } from '../../train/loop.ts';
import { totalEpochs } from '../../train/phases.ts';
import type { Step, TrainingStep } from '../../train/step.ts';
import { methodFor, type Speeds, sizeOf, type Task, type TaskOptions } from '../task.ts';
import { imageExamples } from './examples.ts';
import { blueprintOf } from './outline.ts';
import { evaluationBatch, imageTraining } from './training.ts';

/** Image classification: the metric is the accuracy on the test images. */
export async function imageTask(config: ImageConfig, { streams, dataDir, ...options }: TaskOptions): Promise<Task> {
  const method = methodFor(config, options.method);
  const { dataset, training } = config;
  const phases = phasesOf(method, training);
  const epochs = totalEpochs(phases);
  const data = await loadImages(dataset, dataDir);
  const blueprint = blueprintOf(config.model, dataset);
  const network = sizedNetwork(blueprint);
  const budget = planBudget(network, method, budgetOf(config));
  const layers = method.kind === 'layer' ? method : dense;
  const model = buildNetwork(blueprint, { method: layers, scale: budget.scale, init: config.init }, streams);
  const { variables } = model;
  const masks = method.kind === 'sparse' ? masksOf(variables, network) : new Map();
  const step = imageTrainingStep(model, training, config.regularizer, masks);
  const sparse =
    method.kind === 'sparse'
      ? startSparse({
          method,
          network,
          variables,
          masks,
          optimizer: step.optimizer,
          keep: budget.keep!,
          examples: imageExamples({ model, data, dataset, training }),
          training,
          streams,
        })
      : null;
  const evaluation = imageEvaluationStep(model);
  const loop = imageTraining({ model, step, evaluation, data, dataset, phases, streams });
  return {
    size: sizeOf(budget, training.batchSize),
    data: { digest: data.digest, source: data.source, train: data.train.count, test: data.test.count },
    phases: phases.map((phase) => ({ label: phase.label, epochs: phase.training.epochs })),
    warnings: [...data.warnings, ...model.compressed.flatMap((layer) => layer.warnings ?? [])],
    state: [...step.variables, ...(sparse?.variables ?? [])],
    variables,
    train: (run) => trainLoop({ ...loop, ...sparse?.hooks, ...run }),
    conclude: async ({ curve, diverged }) => {
      const accuracyAt = (point: CurvePoint | undefined) => point?.values.test_accuracy ?? null;
      // Before the last phase a network may be of another size.
      const lastPhase = curve.slice(epochs - phases[phases.length - 1]!.training.epochs);
      const accuracies = lastPhase.map(accuracyAt).filter((value) => value !== null);
      const value = diverged ? null : accuracyAt(curve.at(-1));
      const best = accuracies.length === 0 ? null : Math.max(...accuracies);
      return {
        measures: [{ metric: 'accuracy', value, best }],
        checks: [],
        details: null,
        masked: sparse?.counts(!diverged),
        examples: curve.length * data.train.count + (sparse?.examples() ?? 0),
      };
    },
    measure: () => measureSpeeds(step, evaluation, data, config),
  };
}

/** Measured after the digest is taken: the timed training steps change the running statistics. */
async function measureSpeeds(
  step: TrainingStep<ImageFeeds>,
  evaluation: Step<ImageFeeds>,
  data: ImageData,
  { dataset, training }: ImageConfig,
): Promise<Speeds> {
  const imageShape = [data.height, data.width, data.channels];
  const [trainBatch] = trainBatches(data, dataset, training.batchSize, 0, streamsOf('measure', 0));
  const [testBatch] = testBatches(data, evaluationBatch);
  const trainOnce = (run: typeof step.run) => {
    tf.tidy(() => {
      // A learning rate of zero keeps the weights where training left them.
      run({ ...imageFeeds(trainBatch!, imageShape), learningRate: tf.scalar(0) }).loss.dataSync();
    });
  };
  const evaluateOnce = () => tf.tidy(() => void evaluation.run(imageFeeds(testBatch!, imageShape)).loss.dataSync());
  const tensorPeak = await tensorPeakBytes(() => trainOnce(step.runEagerly));
  const stepMs = (await timeTask(() => trainOnce(step.run), { warmup: 1, timed: 7 })).median;
  const evaluationMs = (await timeTask(evaluateOnce, { warmup: 1, timed: 5 })).median;
  return {
    train_examples_per_second: (1000 * trainBatch!.size) / stepMs,
    eval_examples_per_second: (1000 * testBatch!.size) / evaluationMs,
    step_ms: stepMs,
    tensor_peak_bytes: tensorPeak,
  };
}
