import { tf } from '../../engine/tensorflow.ts';
import { MethodFileError } from '../../errors.ts';
import type { SparseMethod, SparseRun } from '../../sparse/sparse-method.ts';
import type { Phase, PhaseTraining } from '../../train/phases.ts';
import { countSchema, type GivenSparseMethod, phasesSchema, sparseRunSchema } from './file-schema.ts';
import { fitting, inFile, namingFile } from './in-file.ts';

/**
 * A sparse method from a file. What its parts return and leave behind is checked; all that goes wrong names the file.
 */
export function sparseMethodOfFile(file: string, given: GivenSparseMethod): SparseMethod {
  const call = (part: string, run: () => unknown): unknown => inFile(file, part, run);
  const counting = (name: 'fewestKept' | 'budgetMetAfter') => (of: number) => {
    const part = `${name}(${of})`;
    const count = call(part, () => given[name]!(of));
    return fitting(file, part, countSchema, count);
  };
  return {
    kind: 'sparse',
    name: given.name,
    ...(given.fewestKept === undefined ? {} : { fewestKept: counting('fewestKept') }),
    ...(given.budgetMetAfter === undefined ? {} : { budgetMetAfter: counting('budgetMetAfter') }),
    ...(given.imagesOnly === undefined ? {} : { imagesOnly: given.imagesOnly }),
    phases: <T extends PhaseTraining>(training: T, share: number) => {
      const phases = call('phases', () => given.phases(training, share));
      fitting(file, 'phases', phasesSchema, phases);
      // That all but the schedule is the cell's is asked where phases are planned.
      return phases as Phase<T>[];
    },
    start(context) {
      const before = tf.memory().numTensors;
      const started = call('start', () => given.start(context));
      const { variables, afterStep } = fitting(file, 'start', sparseRunSchema, started);
      refuseLeaks(file, 'start', before + variables.length);
      // The parts stay methods of their object.
      const run = started as SparseRun;
      return {
        variables,
        beforePhase: (phase) => beforePhase(file, run, phase),
        ...(afterStep === undefined ? {} : { afterStep: (event) => requireSync(file, () => run.afterStep!(event)) }),
      };
    },
  };
}

async function beforePhase(file: string, run: SparseRun, phase: number): Promise<void> {
  const part = `beforePhase(${phase})`;
  const before = tf.memory().numTensors;
  try {
    await run.beforePhase(phase);
  } catch (error) {
    throw namingFile(file, part, error);
  }
  refuseLeaks(file, part, before);
}

/** A step does not wait: what an asynchronous hook did would come too late. */
function requireSync(file: string, hook: () => unknown): void {
  if (inFile(file, 'afterStep', hook) instanceof Promise) {
    throw new MethodFileError(file, 'afterStep: returns a promise; it must be done when it returns');
  }
}

function refuseLeaks(file: string, part: string, expected: number): void {
  const left = tf.memory().numTensors - expected;
  if (left === 0) return;
  throw new MethodFileError(file, `${part}: ${left} tensor(s) leaked; wrap what it computes in tf.tidy`);
}
