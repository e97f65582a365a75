import { join } from 'node:path';
import { bindingStep } from './binding.mjs';
import { buildStep } from './build.mjs';
import { dependenciesStep } from './dependencies.mjs';
import { explainFileError } from './errors.mjs';
import { removeUnfinished } from './files.mjs';
import { libraryStep } from './library.mjs';
import { acquireLock } from './lock.mjs';
import { makeFolder } from './make-folder.mjs';
import { startStep } from './progress.mjs';
import { endAbandonedTool } from './tools.mjs';

/** @import { SetupContext, SetupStep } from './context.mjs' */
/** @import { Output } from './progress.mjs' */

/** In the order in which they need each other. */
export const setupSteps = [dependenciesStep, libraryStep, bindingStep, buildStep];

/**
 * Sets up what is missing, saying what it does. Where all is there, it costs some milliseconds and writes nothing.
 *
 * @param {SetupContext} context
 * @param {Output} output
 * @returns {Promise<boolean>} whether anything was done
 * @throws {SetupError}
 */
export async function ensureSetUp(context, output) {
  if (setupSteps.every((step) => step.isDone(context))) return false;
  if (context.note !== null) output.write(`${context.note}\n`);
  const lock = await lockFolder(
    join(context.root, 'build'),
    '.setup.lock',
    'run in a checkout that can be written',
    output,
  );
  try {
    endAbandonedTool(context.toolRecord);
    for (const [index, step] of setupSteps.entries()) {
      if (!step.isDone(context)) await perform(context, step, `[${index + 1}/${setupSteps.length}]`, output);
    }
  } finally {
    lock.release();
  }
  return true;
}

/**
 * @param {SetupContext} context
 * @param {SetupStep} step
 * @param {string} number
 * @param {Output} output
 */
async function perform(context, step, number, output) {
  const cached = step.fillsCache(context);
  const remedyPlace = cached
    ? 'set FACTORBENCH_CACHE to a writable folder with enough space'
    : 'use a checkout that can be written, on a disk with space';
  const progress = startStep(output, `${number} ${step.title}`);
  const lock = cached ? await lockCache(context, remedyPlace, output) : null;
  try {
    // Another checkout's set-up may have done it while this one waited for the lock.
    progress.done(step.isDone(context) ? 'found' : await step.perform(context, progress));
  } catch (error) {
    progress.done('failed');
    throw explainFileError(error, step.title, remedyPlace);
  } finally {
    lock?.release();
  }
}

/**
 * @param {SetupContext} context
 * @param {string} remedyPlace
 * @param {Output} output
 */
async function lockCache({ cache }, remedyPlace, output) {
  const lock = await lockFolder(cache, 'setup.lock', remedyPlace, output);
  removeUnfinished(cache);
  return lock;
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {string} remedyPlace
 * @param {Output} output
 */
async function lockFolder(folder, name, remedyPlace, output) {
  try {
    makeFolder(folder);
    return await acquireLock(join(folder, name), {
      purpose: 'set-up',
      waitMs: Number.POSITIVE_INFINITY,
      onWait: (holder) =>
        output.write(
          `waiting for the set-up of process ${holder.pid} on ${holder.host}, since ${holder.startedAt} ` +
            `(if it no longer runs, delete ${join(folder, name)})\n`,
        ),
    });
  } catch (error) {
    throw explainFileError(error, 'set-up', remedyPlace);
  }
}
