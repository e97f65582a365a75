/**
 * Run by the doctor in a process of its own: loads the engine and multiplies two matrices. Prints `{version, device,
 * product, loaded}` as JSON, `loaded` the files of the native libraries in this process; ends with an error where the
 * engine does not work.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import { checkoutRoot } from './context.mjs';
import { mappedLibraries } from './machine.mjs';

// The package calls these, which Node 23 removed.
const removed = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (util));
removed.isNullOrUndefined ??= (/** @type {unknown} */ value) => value === null || value === undefined;
removed.isArray ??= Array.isArray;
removed.isString ??= (/** @type {unknown} */ value) => typeof value === 'string';

process.env.TF_FORCE_GPU_ALLOW_GROWTH = 'true';
/** @type {typeof import('@tensorflow/tfjs-node-gpu')} */
const tf = createRequire(join(checkoutRoot, 'package.json'))('@tensorflow/tfjs-node-gpu');
const product = tf
  .matMul(
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [7, 8],
    ],
  )
  .arraySync();
const backend = /** @type {any} */ (tf.backend());
const device = backend.isUsingGpuDevice ? 'gpu' : 'cpu';
const loaded = mappedLibraries(readFileSync('/proc/self/maps', 'utf8'));
console.log(JSON.stringify({ version: backend.binding.TF_Version, device, product, loaded }));
