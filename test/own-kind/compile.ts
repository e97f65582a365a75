import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const root = join(import.meta.dirname, '../..');

/** The kind of task of these tests as JavaScript beside the compiled program. */
export interface CompiledKind {
  /** The command line that knows it: its first argument is a folder of baselines. */
  command: string;
  remove(): Promise<void>;
}

/** Translates this folder's files, so that processes need no compiler of their own. */
export async function compileOwnKind(): Promise<CompiledKind> {
  const dir = await mkdtemp(join(root, 'build', 'own-kind-'));
  const names = (await readdir(import.meta.dirname)).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  for (const name of names) {
    const source = await readFile(join(import.meta.dirname, name), 'utf8');
    const compilerOptions = {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
    };
    const { outputText } = ts.transpileModule(source, { compilerOptions });
    const text = outputText
      .replace(/'\.\.\/\.\.\/([^']+)\.ts'/g, (_, path) => `'${pathToFileURL(join(root, 'build', `${path}.js`)).href}'`)
      .replace(/'\.\/([^']+)\.ts'/g, "'./$1.js'");
    await writeFile(join(dir, name.replace(/\.ts$/, '.js')), text);
  }
  return { command: join(dir, 'command.js'), remove: () => rm(dir, { recursive: true, force: true }) };
}
