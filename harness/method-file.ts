import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MethodFileError } from './errors.ts';
import { cleanText } from './foreign-text.ts';
import { layerMethodOfFile } from './methods/from-file/file-layer.ts';
import { methodSchema } from './methods/from-file/file-schema.ts';
import { sparseMethodOfFile } from './methods/from-file/file-sparse.ts';
import { fitting, namingFile } from './methods/from-file/in-file.ts';
import { toolbox } from './methods/from-file/toolbox.ts';
import type { JoinedMethod, MethodSource } from './methods/joined.ts';
import type { Method } from './methods/method.ts';
import { methodOf, methods } from './methods/registry.ts';
import type { Cell } from './spec/cell.ts';

/** A method from a file. */
export interface LoadedMethod extends JoinedMethod {
  file: MethodSource;
}

/**
 * Loads a method's file: an ES module that exports, as `method` or as default, the method or a function that makes it
 * out of the toolbox. One file is all of a method's code, so that its SHA-256 stands for it: it imports `node:` modules
 * only.
 *
 * @param path absolute
 * @throws MethodFileError saying what is wrong with the file
 */
export async function loadMethodFile(path: string): Promise<LoadedMethod> {
  const { source, sha256 } = await read(path);
  const exported = exportOf(path, await evaluate(path, source));
  let made: unknown;
  try {
    made = typeof exported === 'function' ? await exported(toolbox) : exported;
  } catch (error) {
    throw namingFile(path, 'the exported function', error);
  }
  const given = fitting(path, 'the exported method', methodSchema, made);
  if (methods.some(({ name }) => name === given.name)) {
    throw new MethodFileError(path, `name: '${given.name}' is a method of Factorbench; give the file's another name`);
  }
  const file = { path, sha256 };
  if (given.kind === 'sparse') return { file, method: sparseMethodOfFile(path, given) };
  const { inits, regularizers } = given;
  return { file, method: layerMethodOfFile(path, given), inits, regularizers };
}

/**
 * The method of a cell: from the registry, or from the file that the cell names.
 *
 * @throws MethodFileError where that file is no longer what the cell was planned with
 */
export async function methodOfCell({ config, origin }: Cell): Promise<Method> {
  if (config.methodDigest === undefined) return methodOf(config.method);
  if (origin === undefined) throw new Error(`method ${config.method}: the cell does not name the file that it is in`);
  const { file, method } = await loadMethodFile(origin);
  if (file.sha256 === config.methodDigest) return method;
  throw new MethodFileError(
    origin,
    `has changed since the cell was planned (SHA-256 ${config.methodDigest.slice(0, 16)} then, ` +
      `${file.sha256.slice(0, 16)} now); start the run again`,
  );
}

/**
 * What stands for a method's file, which is not run.
 *
 * @throws MethodFileError where it cannot be read
 */
export async function digestOfMethodFile(path: string): Promise<string> {
  return (await read(path)).sha256;
}

async function read(path: string): Promise<{ source: string; sha256: string }> {
  if (cleanText(path) !== path) {
    throw new MethodFileError(path, 'its path holds control characters; rename the file or its folder');
  }
  if (!['.js', '.mjs'].includes(extname(path))) {
    throw new MethodFileError(path, 'expected a .js or .mjs file, an ES module; compile TypeScript first');
  }
  try {
    const source = await readFile(path, 'utf8');
    return { source, sha256: createHash('sha256').update(source).digest('hex') };
  } catch (error) {
    throw new MethodFileError(path, `cannot be read (${(error as Error).message}); name an existing file`);
  }
}

const form = 'export const method = { kind, name, ... }, or export default (toolbox) => ({ kind, name, ... })';

/**
 * Runs the text that was read, and nothing that the disk holds by then, as an ES module whatever a package.json says.
 * The comment lets stacks name the file.
 */
async function evaluate(path: string, source: string): Promise<Record<string, unknown>> {
  const named = `${source}\n//# sourceURL=${pathToFileURL(path).href}`;
  try {
    return await import(`data:text/javascript;base64,${Buffer.from(named).toString('base64')}`);
  } catch (error) {
    if (!(error instanceof Error)) throw namingFile(path, 'while it is loaded', error);
    const { name, message, code }: NodeJS.ErrnoException = error;
    if (code === 'ERR_UNSUPPORTED_RESOLVE_REQUEST') {
      const [, wanted] = message.match(/specifier "([^"]*)"/) ?? [];
      const why = 'records know a method by one file; put the code into it, and take the engine from the toolbox';
      throw new MethodFileError(path, `imports '${wanted}', but may import node: modules only: ${why}`);
    }
    if (name === 'SyntaxError')
      throw new MethodFileError(path, `is no ES module: ${await syntaxError(source, message)}`);
    if (/^(module|exports|require) is not defined/.test(message)) {
      throw new MethodFileError(path, `is no ES module (${message}): write ${form}`);
    }
    throw namingFile(path, 'while it is loaded', error);
  }
}

/** Node's own words on a syntax error, with the line, which an import does not tell. */
async function syntaxError(source: string, message: string): Promise<string> {
  const args = ['--input-type=module', '--check', '-'];
  const { execa } = await import('execa');
  const { stderr } = await execa(process.execPath, args, { input: source, reject: false });
  const [place, code] = stderr.split('\n');
  const line = place?.match(/:(\d+)$/)?.[1];
  return line === undefined ? message : `${message}, line ${line}: ${code?.trim()}`;
}

function exportOf(path: string, module: Record<string, unknown>): unknown {
  const found = (['method', 'default'] as const).filter((name) => module[name] !== undefined);
  const [name] = found;
  if (name === undefined) throw new MethodFileError(path, `exports no method; write ${form}`);
  if (found.length > 1) throw new MethodFileError(path, 'exports both method and a default; keep one of them');
  return module[name];
}
