import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Model } from '../../nn/model.ts';
import { gatedValue } from '../../record.ts';
import { totalMacs, totalParameters } from '../../shape/blueprint.ts';
import {
  type DistillationConfig,
  type DistillationDetails,
  imageConfigOf,
  type Taught,
} from '../../spec/distillation.ts';
import { taughtBy } from '../../train/image-steps.ts';
import { blueprintOf } from '../image/outline.ts';
import { networkTask } from '../image/task.ts';
import type { NeededCell } from '../needed.ts';
import { type Conclusion, methodFor, type Task, type TaskOptions, type TaskProgress } from '../task.ts';
import { isCollapsed } from './collapsed.ts';
import { collapseChecks, collapseFacts, collapseOf } from './collapsing.ts';
import { teacherNetwork, withDrawnTeacher } from './teacher.ts';

/** A teacher at work in a student's cell. */
interface Teacher {
  model: Model;
  cell: NeededCell;
}

/**
 * Image classification whose network is trained with more than it keeps: the factors of a factorized one are collapsed
 * when it is trained, and the collapsed network is held against it; a student learns from a teacher's soft targets. The
 * metric is the accuracy of the network as it was trained; that of the collapsed one stands beside it.
 */
export async function distillationTask(config: DistillationConfig, options: TaskOptions): Promise<Task> {
  const teacher = await teacherOf(config, options);
  const { temperature = 1, weight = 0 } = config.teacher ?? {};
  const { labelSmoothing } = config.training;
  const made = await networkTask(
    imageConfigOf(config),
    options,
    teacher === null
      ? {}
      : { teach: (model) => taughtBy(model, { teacher: teacher.model, temperature, weight, labelSmoothing }) },
  );
  const { task } = made;
  const collapses = isCollapsed(methodFor(config, options.method));
  return {
    ...task,
    async conclude(outcome, onProgress) {
      const concluded = await task.conclude(outcome, onProgress);
      const examples = outcome.curve.length * made.data.train.count;
      const cost = teacher === null ? null : costOf(teacher, examples);
      const counted = cost === null ? concluded : withTeacher(concluded, cost, task);
      if (outcome.diverged) return counted;
      const collapse = collapses ? await collapseOf(made.model, made.data, () => ticking(task, onProgress)) : null;
      const details: DistillationDetails =
        collapse === null && teacher === null ? null : { collapse, teacher: teacher && taughtDetails(teacher, cost!) };
      if (collapse === null) return { ...counted, details };
      const after = { metric: 'collapsed_accuracy', value: collapse.accuracy.after, best: null };
      const checks = [...counted.checks, ...collapseChecks(collapse, made.plan.network.dense)];
      return { ...counted, measures: [...counted.measures, after], checks, details };
    },
    definition: async () => {
      const define = () => task.definition!();
      const defined = await (teacher === null ? define() : withDrawnTeacher(teacher.model, define));
      return { ...defined, facts: { ...defined.facts, ...(collapses ? collapseFacts(made.model, made.data) : {}) } };
    },
  };
}

async function teacherOf({ teacher, dataset }: DistillationConfig, { needed }: TaskOptions): Promise<Teacher | null> {
  if (teacher === undefined) return null;
  const cell = needed('teacher');
  return { model: teacherNetwork(blueprintOf(teacher.model, dataset), await cell.weights()), cell };
}

/** Multiply-accumulates of a teacher: of its own training, and of its forward passes for the student's examples. */
interface TeacherCost {
  training: number;
  teaching: number;
}

function costOf({ model, cell }: Teacher, examples: number): TeacherCost {
  return { training: cell.record.training_macs ?? 0, teaching: examples * totalMacs(model.blueprint) };
}

/** The training of a student costs what its teacher did as well: a record's `training_macs` are three forward passes. */
function withTeacher(concluded: Conclusion, { training, teaching }: TeacherCost, { size }: Task): Conclusion {
  const own = concluded.forwardMacs ?? size!.batchMacs * concluded.examples;
  return { ...concluded, forwardMacs: own + (training + teaching) / 3 };
}

function taughtDetails({ model, cell }: Teacher, { training, teaching }: TeacherCost): Taught {
  return {
    accuracy: gatedValue(cell.record),
    parameters: totalParameters(model.blueprint),
    training_macs: training,
    teaching_macs: teaching,
  };
}

async function ticking({ phases }: Task, onProgress: (progress: TaskProgress) => void): Promise<void> {
  const epoch = phases.reduce((sum, { epochs }) => sum + epochs, 0);
  onProgress({ phase: 'evaluate', epoch, step: 1, steps: 1, loss: null });
  await nextTurn();
}
