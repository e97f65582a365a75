import { describe, expect, it } from 'vitest';
import { idOf } from '../../harness/cell-id.ts';
import { UsageError } from '../../harness/errors.ts';
import { methodOf } from '../../harness/methods/registry.ts';
import { checkedSuite } from '../../harness/plan/checked-suite.ts';
import { planCells } from '../../harness/plan/plan.ts';
import type { PretrainingExperimentSpec } from '../../harness/spec/pretraining.ts';
import { pretrainingConfigOf, questionAnswering } from '../../harness/spec/question-answering.ts';
import { kindOf } from '../../harness/tasks/registry.ts';
import { pretraining } from '../../suites/pretraining.ts';
import { pretrainingConfig, questionConfig, tinyPretrainingCells } from '../helpers/pretraining-cells.ts';

function changed(change: (experiment: PretrainingExperimentSpec) => void) {
  const suite = structuredClone(pretraining);
  change(suite.profiles.smoke!.experiments[0] as PretrainingExperimentSpec);
  return suite;
}

const planned = (options = {}) => planCells(pretraining, 'smoke', { present: [], ...options });
const cells = tinyPretrainingCells();
const cellNamed = (part: string) => cells.find(({ cell }) => cell.includes(part))!;

describe('the words of pre-training', () => {
  it.each<[string, (experiment: PretrainingExperimentSpec) => void, RegExp]>([
    [
      'an optimizer that is none',
      ({ arms }) => {
        arms[0]!.factors.optimizer = ['flambe' as 'lamb'];
      },
      /experiments\.0\.arms\.0\.factors\.optimizer\.0: /,
    ],
    [
      'more masked and random tokens than all',
      ({ training }) => {
        training.masking = { share: 0.15, masked: 0.8, random: 0.3 };
      },
      /experiments\.0\.training\.masking: masked and random are more than 1 together; lower one/,
    ],
    [
      'sequences of four tokens',
      ({ dataset }) => {
        dataset.length = 4;
      },
      /experiments\.0\.dataset\.length: /,
    ],
  ])('refuse %s', (_, change, message) => {
    expect(() => checkedSuite(changed(change))).toThrow(UsageError);
    expect(() => checkedSuite(changed(change))).toThrow(message);
  });

  it('give LAMB and FLAMBé as it is read the rate that is relative to norms, and Adam its own', () => {
    const { learningRate, lambLearningRate } = (pretraining.profiles.smoke!.experiments[0] as PretrainingExperimentSpec)
      .training;
    const rateOf = (part: string) => {
      const { training } = pretrainingConfig(planned().find(({ cell }) => cell.includes(part))!);
      return [training.optimizer.name, training.learningRate];
    };
    expect(rateOf('dense')).toEqual(['adam', learningRate]);
    expect(rateOf('.lamb.')).toEqual(['lamb', lambLearningRate]);
    expect(rateOf('.flambe-as-read.')).toEqual(['flambe-as-read', lambLearningRate]);
  });

  it('give decay inside a trust ratio the λ that is relative to the direction, and the gradient its own', () => {
    const { decay, lambDecay } = (pretraining.profiles.nightly!.experiments[0] as PretrainingExperimentSpec).training;
    const cells = planCells(pretraining, 'nightly', { seeds: 1, present: ['text'] });
    const of = (part: string) => pretrainingConfig(cells.find(({ cell }) => cell.startsWith(part))!).training.decay;
    expect(of('dense.default.weight-decay.bert')).toBe(decay);
    expect(of('dense.default.weight-decay.lamb.bert')).toBe(lambDecay);
    expect(of('low-rank-0.5.default.frobenius-decay.lamb.bert')).toBe(decay);
    expect(of('low-rank-0.5.default.frobenius-decay.flambe-as-read.bert')).toBe(lambDecay);
  });

  it('refuse windows of questions that are longer than what was pre-trained on', () => {
    const tooLong = structuredClone(pretraining);
    const questions = tooLong.profiles.smoke!.experiments[1]!;
    questions.dataset.length = 65;
    expect(() => checkedSuite(tooLong)).toThrow(/experiments\.1\.dataset\.length: is longer than text\.length/);
  });

  it.each<[string, Record<string, number>]>([
    ['of both trainings', { 'training.updates': 3, 'training.testEvery': 3, 'fineTuning.epochs': 2 }],
    ['of the text', { 'text.length': 96, 'text.merges': 200 }],
    ['of the questions alone', { 'dataset.stride': 8 }],
  ])('tries fields out %s with the pre-training that goes with them', (_, set) => {
    const cells = planned({ only: ['dense*generated-questions*'], set });
    expect(cells.map(({ kind }) => kind)).toEqual(['pretraining', 'question-answering']);
    const [needed, asking] = cells as [(typeof cells)[number], (typeof cells)[number]];
    expect(asking.needs).toMatchObject([{ id: needed.id, cell: needed.cell }]);
    expect(pretrainingConfigOf(questionConfig(asking))).toEqual(needed.config);
  });

  it('names optimizers but Adam', () => {
    const names = planned().map(({ cell }) => cell);
    expect(names).toContain('dense.default.weight-decay.bert-2-32.generated-text.seed-0');
    expect(names).toContain(
      'low-rank-0.5.spectral.frobenius-decay.flambe-as-read.bert-2-32.generated-questions.seed-0',
    );
  });

  it.each(['pretraining', 'question-answering'])('go with methods that build encoders: %s', (task) => {
    const accepts = (name: string) => kindOf(task).accepts!(methodOf(name));
    expect(['dense', 'low-rank', 'narrow', 'narrow-macs'].map(accepts)).not.toContain(false);
    expect(['snip', 'cp-conv', 'full-rank-warm-up'].map(accepts)).not.toContain(true);
  });

  it('refuse FLAMBé as it is read without Frobenius decay: it is LAMB then', () => {
    const config = { ...pretrainingConfig(cellNamed('.flambe-as-read.')), regularizer: 'weight-decay' as const };
    expect(kindOf('pretraining').refusal!(config, methodOf('low-rank'))).toBe(
      "optimizer 'flambe-as-read' is LAMB with Frobenius decay; name 'lamb' with regularizer 'weight-decay'",
    );
  });
});

describe('a fine-tuned cell', () => {
  const answering = cellNamed('spectral.frobenius-decay.flambe-as-read.bert-1-8.generated-questions');

  it('needs the pre-training of its arm and seed', () => {
    const config = questionConfig(answering);
    const needed = cellNamed('spectral.frobenius-decay.flambe-as-read.bert-1-8.generated-text');
    expect(questionAnswering.needs!(config)).toEqual([{ role: 'pretrained', config: needed.config }]);
    expect(answering.needs).toEqual([{ role: 'pretrained', id: needed.id, cell: needed.cell }]);
    expect(needed.isNeeded).toBe(true);
    expect(idOf(pretrainingConfigOf(config))).toBe(needed.id);
  });

  it('is tried out with its pre-training, where what is set or limited is of that', () => {
    const tried = planned({ only: ['narrow*questions*'], set: { 'training.updates': 2 }, limit: 30 });
    expect(tried).toHaveLength(2);
    const [pretrained, own] = tried;
    expect(own!.needs).toEqual([{ role: 'pretrained', id: pretrained!.id, cell: pretrained!.cell }]);
    expect(pretrained!.config.overrides).toEqual({
      'training.updates': 2,
      'dataset.trainExamples': 30,
      'dataset.testExamples': 3,
      'dataset.validationExamples': 3,
    });
    expect(questionConfig(own!).dataset.trainExamples).toBe(30);
  });

  it('leaves its pre-training as it is, where what is set is of fine-tuning', () => {
    const [pretrained, own] = planned({ only: ['narrow*questions*'], set: { 'fineTuning.epochs': 2 } });
    expect(pretrained!.config.overrides).toBeUndefined();
    expect(questionConfig(own!).fineTuning.epochs).toBe(2);
  });
});
