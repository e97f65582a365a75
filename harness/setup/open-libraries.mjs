/**
 * Run by the doctor in a process of its own: opens the shared libraries that it is given. Prints `{failures, loaded}`
 * as JSON: what the loader says where a library, or one that it needs, is not found, and the files of all libraries
 * loaded in the end.
 */

import { readFileSync } from 'node:fs';
import { mappedLibraries } from './machine.mjs';

/** Lazily, and to stay when Node closes what is no add-on of its own: glibc's RTLD_LAZY and RTLD_NODELETE. */
const flags = 0x1 | 0x1000;

const failures = [];
for (const file of process.argv.slice(2)) {
  try {
    process.dlopen({ exports: {} }, file, flags);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    // Node finds no add-on in a library that the loader has opened.
    if (!message.includes('did not self-register')) failures.push(message);
  }
}
console.log(JSON.stringify({ failures, loaded: mappedLibraries(readFileSync('/proc/self/maps', 'utf8')) }));
