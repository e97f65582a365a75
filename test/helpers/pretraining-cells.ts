import { planCells } from '../../harness/plan/plan.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { PretrainingConfig, PretrainingExperimentSpec } from '../../harness/spec/pretraining.ts';
import type {
  QuestionAnsweringConfig,
  QuestionAnsweringExperimentSpec,
} from '../../harness/spec/question-answering.ts';
import type { SuiteSpec } from '../../harness/spec/suite.ts';
import { pretraining } from '../../suites/pretraining.ts';

type PretrainingSuite = SuiteSpec<PretrainingExperimentSpec | QuestionAnsweringExperimentSpec>;

/** The smoke suite of pre-training, cut to a layer of width 8, a few sequences and a few questions. */
export function tinyPretrainingSuite(): PretrainingSuite {
  const suite = structuredClone(pretraining) as PretrainingSuite;
  const profile = suite.profiles.smoke!;
  for (const experiment of profile.experiments) {
    const text = experiment.task === 'pretraining' ? experiment.dataset : experiment.text;
    Object.assign(text, { trainExamples: 40, validationExamples: 8, testExamples: 20, merges: 60, length: 160 });
    Object.assign(experiment.models[0]!, { layers: 1, width: 8, feedForward: 16, heads: 2, vocabulary: 150 });
    Object.assign(experiment.training, { updates: 6, testEvery: 3, batchSize: 8, warmupUpdates: 2, dropout: 0.1 });
    if (experiment.task === 'pretraining') continue;
    Object.assign(experiment.models[0]!, { positions: 160 });
    Object.assign(experiment.dataset, { trainExamples: 24, testExamples: 10, length: 160, questionTokens: 60 });
    experiment.fineTuning.epochs = 2;
    experiment.fineTuning.batchSize = 8;
  }
  // Both experiments are of the same network.
  profile.experiments[0]!.models = profile.experiments[1]!.models as PretrainingExperimentSpec['models'];
  return suite;
}

/** Its cells. */
export function tinyPretrainingCells(): PlannedCell[] {
  return planCells(tinyPretrainingSuite(), 'smoke', { present: [] });
}

/** The configuration of a cell of pre-training. */
export function pretrainingConfig({ config }: Pick<PlannedCell, 'config'>): PretrainingConfig {
  if (config.task !== 'pretraining') throw new Error(`a pre-training is expected, not ${config.task}`);
  return config as PretrainingConfig;
}

/** The configuration of a cell of question answering. */
export function questionConfig({ config }: Pick<PlannedCell, 'config'>): QuestionAnsweringConfig {
  if (config.task !== 'question-answering') throw new Error(`a question answering is expected, not ${config.task}`);
  return config as QuestionAnsweringConfig;
}
