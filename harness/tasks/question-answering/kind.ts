import { datasetNamed } from '../../data/registry.ts';
import { loadQuestions } from '../../data/text/question-data.ts';
import {
  type QuestionAnsweringConfig,
  type QuestionAnsweringExperimentSpec,
  questionAnswering as words,
} from '../../spec/question-answering.ts';
import { overheadSeconds, relativeCost } from '../estimate.ts';
import type { Kind } from '../kind.ts';
import { limitedExamples } from '../limited-examples.ts';
import { buildsEncoders, encoderRefusal, planEncoder } from '../pretraining/encoder.ts';
import { limitedText, restOfDense } from '../pretraining/kind.ts';
import { methodFor } from '../task.ts';
import { spanLengths } from './lengths.ts';

/** Question answering by pre-trained encoders. */
export const questionAnswering: Kind<QuestionAnsweringConfig, QuestionAnsweringExperimentSpec> = {
  task: words.task,
  outline(config, method, { denseExamplesPerSecond }) {
    const { dataset, fineTuning } = config;
    const { network, budget } = planEncoder(config, methodFor(config, method), 'span', spanLengths(config));
    const whole = datasetNamed(dataset.name).examples;
    const [train, test] = [dataset.trainExamples ?? whole.train, dataset.testExamples ?? whole.test];
    const { parameters, macs } = network.dense;
    const relative = relativeCost(budget.passMacs, macs, restOfDense * macs);
    // An evaluation is about a third of a training step.
    const read = fineTuning.epochs * (train + test / 3);
    return {
      ratio: budget.ratio,
      parameters: Math.round(budget.ratio * parameters),
      estimatedSeconds: overheadSeconds + (read * relative) / denseExamplesPerSecond,
    };
  },
  accepts: buildsEncoders,
  refusal: (config, method) => encoderRefusal(config, methodFor(config, method)),
  limited({ dataset, text }, most) {
    return {
      ...limitedExamples(dataset, datasetNamed(dataset.name).examples, most),
      ...limitedText(text, most, 'text'),
    };
  },
  batchOf: ({ fineTuning }) => fineTuning.batchSize,
  dataDigest: async ({ dataset }, dataDir) => (await loadQuestions(dataset, dataDir)).digest,
  load: async () => (await import('./task.ts')).questionAnsweringTask,
};
