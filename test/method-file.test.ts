import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { MethodFileError } from '../harness/errors.ts';
import { loadMethodFile } from '../harness/method-file.ts';
import { altered, bottleneck, methodFile, steepest } from './helpers/method-files.ts';

async function refusalOf(text: string, name?: string): Promise<string> {
  const path = await methodFile(text, name);
  const error = await loadMethodFile(path).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(MethodFileError);
  const { message } = error as Error;
  expect(message.startsWith(`${path}: `)).toBe(true);
  expect(message).not.toMatch(/base64|\n/);
  return message.slice(path.length + 2);
}

it.each([
  ['has another ending', 'export default 1', 'my-method.ts', /^expected a \.js or \.mjs file/],
  [
    'has a syntax error',
    'const a = 1;\nexport const x = ;\n',
    undefined,
    /^is no ES module: Unexpected token ';', line 2: export const x = ;$/,
  ],
  [
    'is CommonJS',
    'module.exports = {};',
    undefined,
    /^is no ES module \(module is not defined.*\): write export const method/,
  ],
  [
    'requires',
    "const tf = require('x');",
    undefined,
    /^is no ES module \(require is not defined.*\): write export const/,
  ],
  ['exports nothing', 'export const lowRank = {};', undefined, /^exports no method; write export const method = /],
  ['exports two', 'export const method = {}; export default {};', undefined, /^exports both method and a default/],
  [
    'imports a file',
    "import './part.js'; export default {};",
    undefined,
    /^imports '\.\/part\.js', but may import node: modules only/,
  ],
  [
    'imports a package',
    "import { z } from 'zod'; export default {};",
    undefined,
    /^imports 'zod', but may import node: modules only/,
  ],
  [
    'throws when loaded',
    "\nthrow new TypeError('no luck');",
    undefined,
    /^while it is loaded: TypeError: no luck \(line 2\)$/,
  ],
  ['throws nothing', 'throw undefined;', undefined, /^while it is loaded: threw undefined$/],
  ['throws what cannot be shown', 'throw Object.create(null);', undefined, /^while it is loaded: threw a value that/],
  [
    'throws its own address and controls',
    "throw new Error('\\u001b]0;title\\u0007at ' + import.meta.url);",
    undefined,
    /^while it is loaded: at \/\S*my-method\.js \(line 1\)$/,
  ],
  [
    'has a getter that throws',
    "export default { kind: 'sparse', get name() { throw new Error('no luck'); } };",
    undefined,
    /^the exported method: no luck \(line 1\)$/,
  ],
  ['throws no error', "throw 'luck';", undefined, /^while it is loaded: threw luck$/],
  [
    'has a function that throws',
    "export default () => {\n  throw new Error('no luck');\n};",
    undefined,
    /^the exported function: no luck \(line 2\)$/,
  ],
  [
    'uses tf too early',
    'export default ({ tf }) => tf.scalar(1);',
    undefined,
    /^the exported function: tf\.scalar is used before the engine runs/,
  ],
  ['exports a number', 'export default 3;', undefined, /^the exported method: expected an object with kind/],
  [
    'exports no kind',
    'export default { name: "a" };',
    undefined,
    /^the exported method: kind: expected 'layer' or 'sparse'/,
  ],
  [
    'exports an unknown kind',
    'export default { kind: "dense" };',
    undefined,
    /^the exported method: kind: expected 'layer' or 'sparse'/,
  ],
  [
    'has a name with a space',
    altered(steepest, "'steepest'", "'my method'"),
    undefined,
    /: name: expected lower-case letters/,
  ],
  [
    'has a long name',
    altered(steepest, "'steepest'", `'${'x'.repeat(200)}'`),
    undefined,
    /: name: expected at most 60 characters$/,
  ],
  [
    'has no name',
    altered(steepest, "name: 'steepest',", ''),
    undefined,
    /: name: expected the method's name, a string$/,
  ],
  [
    'has a known name',
    altered(steepest, "'steepest'", "'snip'"),
    undefined,
    /^name: 'snip' is a method of Factorbench; give/,
  ],
  [
    'lacks phases',
    altered(steepest, 'phases:', 'fases:'),
    undefined,
    /: phases: expected a function \(training, share\) => phases; Unrecognized key: "fases"$/,
  ],
  [
    'lacks build',
    altered(bottleneck, 'build(', 'built('),
    undefined,
    /: build: expected a function \(shape, scale, init, streams\) => layer/,
  ],
  [
    'knows an unknown init',
    altered(bottleneck, "inits: ['default']", "inits: ['he']"),
    undefined,
    /: inits: 0: .*"default"\|"spectral"/,
  ],
])('refuses a file that %s, naming it', async (_, text, name, message) => {
  expect(await refusalOf(text, name)).toMatch(message);
});

it('refuses a file that is not there', async () => {
  const path = join(dirname(await methodFile('')), 'absent.js');
  await expect(loadMethodFile(path)).rejects.toThrow(`${path}: cannot be read (ENOENT`);
});

it('loads an ES module whatever the package around it says, and anew when it has changed', async () => {
  const path = await methodFile(altered(steepest, 'export const method =', 'export default'), 'a b#c.js');
  await writeFile(join(dirname(path), 'package.json'), '{"type":"commonjs"}');
  await mkdir(join(dirname(path), 'node_modules'));
  const first = await loadMethodFile(path);
  expect(first).toMatchObject({ method: { kind: 'sparse', name: 'steepest' }, file: { path } });
  expect((await loadMethodFile(path)).file.sha256).toBe(first.file.sha256);
  await writeFile(path, altered(steepest, 'steepest', 'steeper'));
  const second = await loadMethodFile(path);
  expect(second.method.name).toBe('steeper');
  expect(second.file.sha256).not.toBe(first.file.sha256);
});

it('lets a file import what Node brings, and export its method as it is', async () => {
  const text = `import { sep } from 'node:path';
    export const method = { kind: 'sparse', name: sep === '/' ? 'as-is' : 'other', phases: () => [], start: () => ({}) };`;
  expect((await loadMethodFile(await methodFile(text))).method.name).toBe('as-is');
});

it('checks what the planned parts return', async () => {
  const loaded = async (text: string) => (await loadMethodFile(await methodFile(text))).method;
  const shape = { name: 'a', kernel: [3, 3], inChannels: 2, outChannels: 4, outputSize: [8, 8], stride: 1 } as never;
  const counting = await loaded(altered(bottleneck, 'Math.max(1, Math.round(scale * outChannels))', 'scale / 3'));
  expect(counting.kind === 'layer' && (() => counting.parameters(shape, 1))).toThrow(
    'parameters(a, 1): expected a whole number',
  );
  const phased = await loaded(altered(steepest, "label: 'train', ", ''));
  expect(phased.kind === 'sparse' && (() => phased.phases({} as never, 0.5))).toThrow(
    /phases: 0: label: .*; 0: training: epochs/,
  );
  const needy = await loaded(altered(steepest, 'phases:', 'fewestKept: (layers) => layers / 2, phases:'));
  expect(needy.kind === 'sparse' && (() => needy.fewestKept!(7))).toThrow('fewestKept(7): expected a whole number');
  const gradual = await loaded(altered(steepest, 'phases:', 'budgetMetAfter: (steps) => steps / 2, phases:'));
  expect(gradual.kind === 'sparse' && gradual.budgetMetAfter!(8)).toBe(4);
  expect(gradual.kind === 'sparse' && (() => gradual.budgetMetAfter!(7))).toThrow(
    'budgetMetAfter(7): expected a whole number',
  );
});
