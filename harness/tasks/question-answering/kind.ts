import { datasetNamed } from '../../data/registry.ts';
import { loadQuestions } from '../../data/text/question-data.ts';
import { type QuestionAnsweringConfig, questionAnswering as words } from '../../spec/question-answering.ts';
import type { Kind } from '../kind.ts';
import { limitedExamples } from '../limited-examples.ts';
import { buildsEncoders, encoderRefusal, planEncoder } from '../pretraining/encoder.ts';
import { limitedText } from '../pretraining/kind.ts';
import { outlineEncoder } from '../pretraining/outline.ts';
import { methodFor } from '../task.ts';
import { spanLengths } from './lengths.ts';

/** Question answering by pre-trained encoders. */
export const questionAnswering: Kind<QuestionAnsweringConfig> = {
  task: words.task,
  outline(config, method) {
    const { dataset, fineTuning } = config;
    const whole = datasetNamed(dataset.name).examples;
    const [train, test] = [dataset.trainExamples ?? whole.train, dataset.testExamples ?? whole.test];
    return outlineEncoder(planEncoder(config, methodFor(config, method), 'span', spanLengths(config)), {
      trained: fineTuning.epochs * train,
      evaluated: fineTuning.epochs * test,
      batchSize: fineTuning.batchSize,
      examples: train + test,
    });
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
