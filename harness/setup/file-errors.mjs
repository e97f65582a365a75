/**
 * The system's refusals of files, in words. Imports nothing: the set-up, which runs before anything is installed, and
 * the program share it.
 */

/** Why the system refuses, and what helps, by the code of its error. */
const refusals = {
  ENOENT: ['it does not exist', 'correct the path'],
  ENOTDIR: ['a part of its path is not a folder', 'correct the path, or move that file away'],
  EEXIST: ['it is not a folder', 'correct the path, or move that file away'],
  EISDIR: ['it is a folder, not a file', 'correct the path, or move that folder away'],
  ENOTEMPTY: ['it is a folder that holds files', 'correct the path, or move that folder away'],
  EACCES: ['permission denied', 'give this user access to it'],
  EPERM: ['permission denied', 'give this user access to it'],
  EROFS: ['the file system is read-only', 'use a place that can be written'],
  ENOSPC: ['the disk is full', 'free some space'],
  EDQUOT: ['the disk quota is used up', 'free some space'],
  EFBIG: ['it would be larger than files may be', 'raise the limit (ulimit -f)'],
  EIO: ['the disk or network drive fails', 'check it (dmesg)'],
  ENAMETOOLONG: ['its name is too long', 'use a shorter one'],
  ELOOP: ['its symbolic links lead in a circle', 'correct the links'],
  EMFILE: ['too many files are open', 'raise the limit (ulimit -n)'],
  ENFILE: ['too many files are open on this machine', 'end other programs'],
};

/**
 * @typedef {object} FileProblem
 * @property {string} code of the system
 * @property {string | null} path as far as the error names it
 * @property {string} why
 * @property {string} remedy
 */

/**
 * @param {unknown} error
 * @returns {FileProblem | null} null where it is not the system's refusal of a file
 */
export function fileProblem(error) {
  if (!(error instanceof Error)) return null;
  const { code, path = null, syscall = '' } = /** @type {NodeJS.ErrnoException} */ (error);
  if (typeof code !== 'string') return null;
  if (syscall.startsWith('spawn')) {
    return code === 'ENOENT'
      ? { code, path, why: 'the program was not found', remedy: 'install it, or correct PATH' }
      : { code, path, why: 'the program cannot be started', remedy: 'see whether it may be run' };
  }
  if (syscall === 'mkdir' && code === 'ENOENT') {
    return { code, path, why: 'no folder can be made there', remedy: 'use another place' };
  }
  const known = Object.hasOwn(refusals, code) ? refusals[/** @type {keyof typeof refusals} */ (code)] : undefined;
  if (known !== undefined) return { code, path, why: known[0] ?? '', remedy: known[1] ?? '' };
  // Node's own codes have underscores; what names no file may be a socket's.
  if (path === null || !/^E[A-Z0-9]+$/.test(code)) return null;
  return { code, path, why: 'the system refuses it', remedy: 'check the disk' };
}

/**
 * What was to be done with a file.
 *
 * @typedef {object} FileUse
 * @property {'read' | 'written' | 'used'} done
 * @property {string} [path] where the error may not name it, or names a part of it
 * @property {string} [remedy] besides the one that follows from the refusal, such as `choose another folder with --out`
 */

/**
 * @param {unknown} error
 * @param {FileUse} use
 * @returns {string | null} `PATH cannot be written (ENOSPC): the disk is full; free some space`, without a full stop;
 *   null where the error is not the system's refusal of a file
 */
export function fileErrorWords(error, { done, path, remedy }) {
  const problem = fileProblem(error);
  if (problem === null) return null;
  const further = remedy === undefined ? '' : `, or ${remedy}`;
  const { code, why } = problem;
  return `${path ?? problem.path ?? 'a file'} cannot be ${done} (${code}): ${why}; ${problem.remedy}${further}`;
}
