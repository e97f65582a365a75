import { idOf } from '../../harness/cell-id.ts';
import { cellNameOf } from '../../harness/cell-name.ts';
import type { FinishedRecord } from '../../harness/record.ts';
import { type PretrainingConfig, type PretrainingDetails, pretraining } from '../../harness/spec/pretraining.ts';
import {
  type QuestionAnsweringConfig,
  type QuestionAnsweringDetails,
  questionAnswering,
} from '../../harness/spec/question-answering.ts';
import { pretrainingConfig, questionConfig, tinyPretrainingCells } from './pretraining-cells.ts';
import { finishedRecord, fixtureRecord } from './records.ts';

/** Records of pre-training and of question answering as a small run writes them. */

const cells = tinyPretrainingCells();
const base = {
  pretraining: pretrainingConfig(cells.find(({ kind }) => kind === 'pretraining')!),
  answering: questionConfig(cells.find(({ kind }) => kind === 'question-answering')!),
};

type Arm = Partial<Pick<PretrainingConfig, 'method' | 'budget' | 'init' | 'regularizer'>> & {
  optimizer?: PretrainingConfig['training']['optimizer']['name'];
};

const factorNames = ['method', 'budget', 'init', 'regularizer', 'optimizer'];

/** The unigram entropy of the fixtures' masked tokens, in nats. */
export const fixtureEntropy = 5.5;

/** The records of an arm of pre-training: a cross-entropy a seed. */
export function pretrainingRecords(values: readonly number[], arm: Arm = {}): FinishedRecord[] {
  return values.map((value, seed) => {
    const { optimizer = 'adam', ...own } = arm;
    const training = {
      ...base.pretraining.training,
      optimizer: { ...base.pretraining.training.optimizer, name: optimizer },
    };
    const config: PretrainingConfig = { ...base.pretraining, ...own, training, seed };
    const factors = factorNames.map((name) => ({ name, value: pretraining.factors[name]!.of(config)! }));
    const identity = {
      kind: 'pretraining',
      model: pretraining.model(config),
      dataset: pretraining.dataset(config),
      factors,
    };
    const details: PretrainingDetails = {
      masked_tokens: 1200,
      unigram_entropy: fixtureEntropy,
      below_unigram: fixtureEntropy - value,
      vocabulary: 120,
      train_tokens_per_second: 9000,
    };
    return finishedRecord({
      ...fixtureRecord(),
      ...identity,
      id: idOf(config),
      cell: cellNameOf(identity, seed),
      suite: 'pretraining',
      seed,
      config,
      measures: [
        { metric: 'masked_cross_entropy', value, best: null },
        { metric: 'masked_accuracy', value: 0.2, best: null },
      ],
      details,
    });
  });
}

/** The records of an arm of question answering: an F1 a seed. */
export function answeringRecords(values: readonly number[], arm: Arm = {}): FinishedRecord[] {
  return values.map((value, seed) => {
    const { optimizer = 'adam', ...own } = arm;
    const training = {
      ...base.answering.training,
      optimizer: { ...base.answering.training.optimizer, name: optimizer },
    };
    const config: QuestionAnsweringConfig = { ...base.answering, ...own, training, seed };
    const factors = factorNames.map((name) => ({ name, value: questionAnswering.factors[name]!.of(config)! }));
    const identity = {
      kind: 'question-answering',
      model: questionAnswering.model(config),
      dataset: questionAnswering.dataset(config),
      factors,
    };
    const details: QuestionAnsweringDetails = {
      pretrained: 4.2,
      windows: 200,
      without_answer: 3,
      samples: [{ question: 'Who?', answer: 'Ann', given: 'Bob' }],
    };
    return finishedRecord({
      ...fixtureRecord(),
      ...identity,
      id: idOf(config),
      cell: cellNameOf(identity, seed),
      suite: 'pretraining',
      seed,
      config,
      needs: questionAnswering.needs!(config).map(({ role, config: needed }) => {
        // Each arm goes on from a pre-training of its own.
        return { role, id: idOf(needed), cell: cellNameOf({ ...identity, dataset: 'text' }, seed) };
      }),
      needed_digests: ['0'],
      measures: [
        { metric: 'f1', value, best: null },
        { metric: 'exact_match', value: value / 2, best: null },
      ],
      details,
    });
  });
}
