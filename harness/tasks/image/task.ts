import { macsInBatch, planBudget } from '../../budget/budget.ts';
import { testBatches, trainBatches } from '../../data/images/batches.ts';
import { type ImageData, loadImages } from '../../data/images/images.ts';
import { tf } from '../../engine/tensorflow.ts';
import { timeTask } from '../../measure/speed.ts';
import { tensorPeakBytes } from '../../measure/tensor-peak.ts';
import { dense } from '../../methods/dense.ts';
import { phasesOf } from '../../methods/phases.ts';
import { buildNetwork } from '../../nn/network.ts';
import { streamsOf } from '../../random.ts';
import { masksOf } from '../../sparse/context.ts';
import { startSparse } from '../../sparse/start.ts';
import type { ImageConfig } from '../../spec/spec.ts';
import { batchTensors } from '../../train/batch-tensors.ts';
import { type EvaluationStep, evaluationStep } from '../../train/evaluate.ts';
import { totalEpochs, trainPhases } from '../../train/phases.ts';
import { evaluationBatch } from '../../train/trainer.ts';
import { type TrainingStep, trainingStep } from '../../train/training-step.ts';
import type { Speeds, Task, TaskOptions } from '../task.ts';
import { blueprintOf } from './outline.ts';

/** Image classification: the metric is the accuracy on the test images. */
export async function imageTask(config: ImageConfig, { method, streams, dataDir }: TaskOptions): Promise<Task> {
  const { dataset } = config;
  const phases = phasesOf(method, config.training);
  const epochs = totalEpochs(phases);
  const data = await loadImages(dataset, dataDir);
  const blueprint = blueprintOf(config.model, dataset);
  const budget = planBudget(blueprint, method, config.budget);
  const layers = method.kind === 'layer' ? method : dense;
  const model = buildNetwork(blueprint, { method: layers, scale: budget.scale, init: config.init }, streams);
  const masks = method.kind === 'sparse' ? masksOf(model) : undefined;
  const step = trainingStep(model, config.training, config.regularizer, masks);
  const sparse =
    method.kind === 'sparse' && masks !== undefined
      ? startSparse({ ...config, method, model, masks, step, keep: budget.keep!, data, streams })
      : null;
  const evaluation = evaluationStep(model, [data.height, data.width, data.channels]);
  return {
    budget,
    passMacs: macsInBatch(budget, config.training.batchSize),
    data: { digest: data.digest, source: data.source, train: data.train.count, test: data.test.count },
    phases: phases.map(({ label, training }) => ({ label, epochs: training.epochs })),
    warnings: model.compressed.flatMap((layer) => layer.warnings ?? []),
    state: [...step.variables, ...(sparse?.variables ?? [])],
    variables: model.variables,
    train: (options) =>
      trainPhases({ model, step, evaluation, data, dataset, phases, streams, ...sparse?.hooks, ...options }),
    conclude: async ({ curve, diverged }) => {
      // Before the last phase a network may be of another size.
      const lastPhase = curve.slice(epochs - phases[phases.length - 1]!.training.epochs);
      const accuracies = lastPhase.map((point) => point.test_accuracy).filter((value) => value !== null);
      return {
        metric: 'accuracy',
        value: diverged ? null : curve[curve.length - 1]!.test_accuracy,
        best_value: accuracies.length === 0 ? null : Math.max(...accuracies),
        masked: sparse?.counts(!diverged),
        examples: curve.length * data.train.count + (sparse?.examples() ?? 0),
      };
    },
    measure: () => measureSpeeds(step, evaluation, data, config),
  };
}

/** Measured after the digest is taken: the timed training steps change the running statistics. */
async function measureSpeeds(
  step: TrainingStep,
  evaluation: EvaluationStep,
  data: ImageData,
  { dataset, training }: ImageConfig,
): Promise<Speeds> {
  const imageShape = [data.height, data.width, data.channels];
  const [trainBatch] = trainBatches(data, dataset, training.batchSize, 0, streamsOf('measure', 0));
  const [testBatch] = testBatches(data, evaluationBatch);
  const trainOnce = (run: TrainingStep['run']) => {
    tf.tidy(() => {
      // A learning rate of zero keeps the weights where training left them.
      run({ ...batchTensors(trainBatch!, imageShape), learningRate: tf.scalar(0) }).loss.dataSync();
    });
  };
  const tensorPeak = await tensorPeakBytes(() => trainOnce(step.runEagerly));
  const stepMs = (await timeTask(() => trainOnce(step.run), { warmup: 1, timed: 7 })).median;
  const evaluationMs = (await timeTask(() => void evaluation.run(testBatch!), { warmup: 1, timed: 5 })).median;
  return {
    train_examples_per_second: (1000 * trainBatch!.size) / stepMs,
    eval_examples_per_second: (1000 * testBatch!.size) / evaluationMs,
    step_ms: stepMs,
    tensor_peak_bytes: tensorPeak,
  };
}
