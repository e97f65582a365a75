import { describe, expect, it } from 'vitest';
import { idOf } from '../../harness/cell-id.ts';
import { UsageError } from '../../harness/errors.ts';
import { methodOf } from '../../harness/methods/registry.ts';
import { checkedSuite } from '../../harness/plan/checked-suite.ts';
import { planCells } from '../../harness/plan/plan.ts';
import {
  type DistillationConfig,
  type DistillationExperimentSpec,
  imageConfigOf,
  teacherConfigOf,
  distillation as words,
} from '../../harness/spec/distillation.ts';
import { imageConfigSchema } from '../../harness/spec/image.ts';
import { kindOf } from '../../harness/tasks/registry.ts';
import { distillation } from '../../suites/distillation.ts';

function changed(change: (experiment: DistillationExperimentSpec) => void) {
  const suite = structuredClone(distillation);
  change((suite.profiles.smoke!.experiments as DistillationExperimentSpec[])[0]!);
  return suite;
}

const planned = (options = {}) => planCells(distillation, 'smoke', { present: [], ...options });
const configOf = (start: string) => planned().find(({ cell }) => cell.startsWith(start))!.config as DistillationConfig;

describe('the words of distillation', () => {
  it.each<[string, (experiment: DistillationExperimentSpec) => void, RegExp]>([
    [
      'a temperature without a weight',
      ({ arms }) => {
        delete arms.at(-1)!.factors.soft_weight;
      },
      /suites\/distillation\.ts: profiles\.smoke\.experiments\.0\.arms\.8\.factors: temperature and soft_weight go together/,
    ],
    [
      'a temperature without a teacher',
      (experiment) => {
        delete experiment.teacher;
      },
      /profiles\.smoke\.experiments\.0\.teacher: is missing, but an arm has a temperature; name the network/,
    ],
    [
      'a weight above 1',
      ({ arms }) => {
        arms.at(-1)!.factors.soft_weight = [1.5];
      },
      /arms\.8\.factors\.soft_weight\.0: /,
    ],
    [
      'a temperature of 0',
      ({ arms }) => {
        arms.at(-1)!.factors.temperature = [0];
      },
      /arms\.8\.factors\.temperature\.0: /,
    ],
  ])('refuse %s', (_, change, message) => {
    expect(() => checkedSuite(changed(change))).toThrow(UsageError);
    expect(() => checkedSuite(changed(change))).toThrow(message);
  });

  it('have a metric for the collapsed network, behind the gated one, and needs of students alone', () => {
    expect(words.metrics).toEqual(['accuracy', 'collapsed_accuracy']);
    expect(words.needs!(configOf('low-rank-3'))).toEqual([]);
  });

  it('go with methods that factorize or change widths', () => {
    const accepts = (name: string) => kindOf('distillation').accepts!(methodOf(name));
    expect(['dense', 'low-rank', 'deep', 'cp-conv', 'narrow', 'wider'].map(accepts)).not.toContain(false);
    expect(['snip', 'magnitude', 'full-rank-warm-up'].map(accepts)).not.toContain(true);
  });
});

describe('a teacher', () => {
  const student = configOf('dense.default.weight-decay.temperature');

  it('is the dense network with weight decay, trained as its student is', () => {
    const teacher = teacherConfigOf({ ...student, init: 'spectral', regularizer: 'frobenius-decay', budget: 3 });
    expect(teacher).toEqual({
      task: 'distillation',
      model: student.teacher!.model,
      dataset: student.dataset,
      training: student.training,
      method: 'dense',
      init: 'default',
      regularizer: 'weight-decay',
      budget: 1,
      seed: 0,
    });
    expect(words.needs!(student)).toEqual([{ role: 'teacher', config: teacherConfigOf(student) }]);
    expect(idOf(teacherConfigOf(student))).toBe(planned().find(({ isNeeded }) => isNeeded)!.id);
  });

  it('is tried out with its student, where what is set is of the training', () => {
    const cells = planned({ only: ['*temperature*'], set: { 'training.epochs': 1 }, limit: 50 });
    const [taught, teacher] = cells;
    expect(cells).toHaveLength(2);
    expect(taught!.needs).toEqual([{ role: 'teacher', id: teacher!.id, cell: teacher!.cell }]);
    expect(teacher!.config.overrides).toMatchObject({ 'training.epochs': 1, 'dataset.trainExamples': 50 });
  });

  it('stays as it is, where what is set is of its use', () => {
    const cells = planned({ only: ['*temperature*'], set: { 'teacher.temperature': 2 } });
    const [taught, teacher] = cells;
    expect((taught!.config as DistillationConfig).teacher!.temperature).toBe(2);
    expect(taught!.needs.map(({ id }) => id)).toEqual([teacher!.id]);
    expect(teacher!.config.overrides).toBeUndefined();
  });
});

it('every cell is an image classification beside', () => {
  for (const { config } of planned()) {
    const image = imageConfigOf(config as DistillationConfig);
    expect(imageConfigSchema.parse(image)).toEqual(image);
  }
});

it('names say what numbers are of', () => {
  const names = planned().map(({ cell }) => cell.replace(/\.resnet-8-w8\.generated\.seed-0$/, ''));
  expect(names).toContain('dense.default.weight-decay.epochs-5');
  expect(names).toContain('dense.default.weight-decay.temperature-4.soft-0.9');
  expect(names).toContain('low-rank-9.default.frobenius-decay');
  expect(names).toContain('deep-residual.spectral.frobenius-decay');
});
