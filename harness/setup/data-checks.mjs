import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildStep } from './build.mjs';
import { missing, ok, warn } from './check.mjs';
import { dependenciesStep } from './dependencies.mjs';
import { fileErrorWords } from './file-errors.mjs';
import { formatBytes } from './progress.mjs';

/** @import { SurveyedDataset } from '../data/surveyed.ts' */
/** @import { Check } from './check.mjs' */
/** @import { SetupContext } from './context.mjs' */

/** What knows the data sets, in the sources and, compiled, in the build. */
export const surveyModule = 'harness/cli/run/data-survey';

/**
 * @param {string} root
 * @param {string} cache
 * @param {string | undefined} named
 * @returns {Check}
 */
export function checkData(root, cache, named) {
  if (named) {
    const remedy = 'correct the variable, or unset it to use generated data';
    if (!existsSync(named)) return missing('data', `FACTORBENCH_DATA: there is no ${named}`, remedy);
    const names = namesIn(named);
    if (typeof names === 'string') return missing('data', `FACTORBENCH_DATA: ${names}`, remedy);
    return ok('data', `FACTORBENCH_DATA: ${named}`);
  }
  const places = [join(root, 'data'), join(cache, 'data')].filter((folder) => existsSync(folder));
  for (const folder of places) {
    const names = namesIn(folder);
    if (typeof names === 'string') return warn('data', names, 'no data is looked for there until then');
    // An image has an empty folder, to mount data on.
    if (names.length > 0) return ok('data', folder);
  }
  return noData();
}

/** @param {string} folder @returns {string[] | string} the names in it, or why it cannot be read */
function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch (error) {
    const words = fileErrorWords(error, { done: 'read', path: folder });
    if (words === null) throw error;
    return words;
  }
}

/** @returns {Check} */
function noData() {
  const remedy = 'set FACTORBENCH_DATA, or give --data, to the folder of the data sets';
  return warn('data', 'none: generated data is used', remedy);
}

/**
 * Whether each data set that needs files is there, by the objects of the build, which own all that is known of them.
 *
 * @param {SetupContext} context
 * @returns {Promise<Check[]>}
 */
export async function checkDatasets(context) {
  const { root, env } = context;
  const survey = join(root, 'build', `${surveyModule}.js`);
  if (![dependenciesStep, buildStep].every((step) => step.isDone(context)) || !existsSync(survey)) {
    return [warn('data sets', 'are listed when all is set up', 'npm run setup')];
  }
  try {
    const { surveyData } = await import(pathToFileURL(survey).href);
    return (await surveyData({ env, checkout: root })).map(checkDataset);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [missing('data sets', message, 'delete node_modules and build, and run npm run setup')];
  }
}

/**
 * @param {SurveyedDataset} dataset
 * @returns {Check}
 */
export function checkDataset({ name, title, folder, address, found, lacking, damage, places, target, bytes }) {
  const line = `data ${name}`;
  if (found !== null && lacking === null) return ok(line, found);
  if (found !== null) return warn(line, `${found}: ${lacking}`, `fetch the whole set, from ${address}`);
  // What is wrong with files already tells the remedy.
  if (damage !== null) return { name: line, status: 'warn', detail: damage, remedy: null };
  const size = bytes === null ? '' : ` (${formatBytes(bytes)})`;
  const byHand = `put its folder ${folder}/ into ${target}, from ${address}`;
  const remedy = bytes === 0 ? byHand : `a run with --download fetches it${size}; or ${byHand}`;
  return warn(line, `${title} was not found in ${places.join(', nor in ')}`, remedy);
}
