import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createContext } from '../../harness/setup/context.mjs';

/**
 * A checkout to set up, with a cache and with stand-ins for npm, python3 and g++ as the only tools on its PATH. The
 * stand-ins note their calls, and fail with the text of FAKE_NPM_ERROR, FAKE_PIP_ERROR or FAKE_GXX_ERROR. With
 * FAKE_PIP_HANG pip never ends.
 */
export interface FakeCheckout {
  root: string;
  cache: string;
  bin: string;
  env: NodeJS.ProcessEnv;
  calls(): string[];
  write(path: string, text: string): void;
  context(extra?: NodeJS.ProcessEnv): ReturnType<typeof createContext>;
}

export const setupFolder = join(import.meta.dirname, '../../harness/setup');

export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'factorbench-setup-'));
}

export function makeCheckout(folder: string, name = 'checkout'): FakeCheckout {
  const root = join(folder, name);
  const bin = join(folder, 'bin');
  const cache = join(folder, 'cache');
  const log = join(folder, 'calls.log');
  const env = { PATH: bin, HOME: folder, FACTORBENCH_CACHE: cache, FAKE_LOG: log };
  for (const [path, text] of Object.entries(checkoutFiles)) writeFile(join(root, path), text);
  cpSync(setupFolder, join(root, 'harness/setup'), { recursive: true });
  for (const [tool, text] of Object.entries(tools)) writeTool(bin, tool, text);
  return {
    root,
    cache,
    bin,
    env,
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    write: (path, text) => writeFile(join(root, path), text),
    context: (extra = {}) =>
      createContext({ root, env: { ...env, ...extra }, command: 'setup', args: ['--device', 'cpu'] }),
  };
}

/** Names left behind by a set-up that did not end. */
export function leftovers(checkout: FakeCheckout): string[] {
  const cached = existsSync(checkout.cache) ? readdirSync(checkout.cache) : [];
  return [
    ...cached.filter((name) => name.startsWith('.unfinished') || name.includes('lock')),
    ...readdirSync(join(checkout.root, 'build')).filter((name) => name.startsWith('.setup')),
    ...readdirSync(checkout.root).filter((name) => name.endsWith('.tmp')),
  ];
}

function writeFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

export function writeTool(bin: string, name: string, text: string): void {
  writeFile(join(bin, name), `#!${process.execPath}\n${text}`);
  chmodSync(join(bin, name), 0o755);
}

export function removeTool(checkout: FakeCheckout, name: string): void {
  rmSync(join(checkout.bin, name));
}

const checkoutFiles = {
  'package.json': '{"type": "module"}',
  'package-lock.json': '{"lockfileVersion": 3}',
  'tsconfig.build.json': '{}',
  'harness/cli/main.ts': '1',
  'suites/first.ts': '1',
};

/** Stands in for the compiler: copies the sources' names, and fails where a source says so. */
const tsc = `
const fs = require('node:fs'), path = require('node:path');
fs.appendFileSync(process.env.FAKE_LOG, 'tsc\\n');
const out = process.argv[process.argv.indexOf('--outDir') + 1];
for (const name of ['harness/cli/main.ts', ...fs.readdirSync('suites').map((file) => 'suites/' + file)]) {
  const text = fs.readFileSync(name, 'utf8');
  if (text === 'type error') { console.log(name + ': error TS2322'); process.exit(2); }
  const target = path.join(out, name.replace('.ts', '.js'));
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, 'export async function main(argv) { console.log(JSON.stringify(argv)); return 7; } // ' + text);
}`;

const npm = `
const fs = require('node:fs'), path = require('node:path');
if (process.argv[2] !== 'ci') { console.log('11.0.0'); process.exit(0); }
if (!process.cwd().startsWith(path.dirname(process.env.FAKE_LOG) + path.sep)) { console.error('stand-in: not inside the test'); process.exit(1); }
if (process.env.npm_config_loglevel) process.exit(1);
fs.appendFileSync(process.env.FAKE_LOG, 'npm ' + process.argv.slice(2).join(' ') + '\\n');
fs.rmSync('node_modules', { recursive: true, force: true });
const write = (name, text) => {
  fs.mkdirSync(path.dirname('node_modules/' + name), { recursive: true });
  fs.writeFileSync('node_modules/' + name, text);
};
write('@tensorflow/tfjs-node-gpu/binding/tfjs_binding.cc', 'source');
if (process.env.FAKE_NPM_ERROR) { console.error(process.env.FAKE_NPM_ERROR); process.exit(1); }
write('node-api-headers/package.json', '{"version": "1.0.0"}');
write('typescript/bin/tsc', ${JSON.stringify(tsc)});
write('vitest/vitest.mjs', 'console.log("vitest " + process.argv.slice(2).join(" ")); process.exitCode = 3;');`;

/** `python3 -m pip download ... --dest FOLDER`, and `python3 unpack.py WHEEL FOLDER ...`. */
const python3 = `
const fs = require('node:fs'), path = require('node:path');
const args = process.argv.slice(2);
if (args.includes('--version')) { console.log('Python 3 stand-in'); process.exit(0); }
const target = path.resolve(args[0] === '-m' ? args[args.indexOf('--dest') + 1] : args[2]);
if (!target.startsWith(path.dirname(process.env.FAKE_LOG) + path.sep)) { console.error('stand-in: not inside the test'); process.exit(1); }
if (args[0] === '-m') {
  fs.appendFileSync(process.env.FAKE_LOG, 'pip\\n');
  const folder = args[args.indexOf('--dest') + 1];
  fs.writeFileSync(path.join(folder, 'tmp', 'half-a-file'), 'x');
  if (process.env.PIP_REQUIREMENT || process.env.PIP_REQUIRE_VIRTUALENV !== '0') { console.error('ERROR: settings'); process.exit(3); }
  if (process.env.FAKE_PIP_ERROR) { console.error(process.env.FAKE_PIP_ERROR); process.exit(1); }
  const lines = fs.readFileSync(path.join(folder, 'requirements.txt'), 'utf8').trim().split('\\n');
  const finish = () => lines.forEach((line, i) => fs.writeFileSync(path.join(folder, i + '.whl'), line));
  if (process.env.FAKE_PIP_HANG) setTimeout(finish, 60_000); else setTimeout(finish, Number(process.env.FAKE_PIP_MS ?? 0));
} else {
  fs.mkdirSync(path.join(args[2], 'tensorflow'), { recursive: true });
  for (const name of ['cc', 'framework']) fs.writeFileSync(path.join(args[2], 'tensorflow/libtensorflow_' + name + '.so.2'), name);
}`;

/**
 * Makes the smallest add-on that Node loads. The real compiler is called by its path, as the stand-ins' PATH does not
 * lead there.
 */
const gxx = `
const fs = require('node:fs'), path = require('node:path'), { execFileSync } = require('node:child_process');
if (process.argv.includes('--version')) { console.log('g++ stand-in'); process.exit(0); }
const at = process.argv.indexOf('-o');
const output = at === -1 ? '' : path.resolve(process.argv[at + 1]);
// A compiler writes where it is told, so a wrong path could destroy a file: only the test's own folder is written to.
if (!output.startsWith(path.dirname(process.env.FAKE_LOG) + path.sep)) { console.error('stand-in: no output inside the test'); process.exit(1); }
fs.appendFileSync(process.env.FAKE_LOG, 'g++\\n');
if (process.env.FAKE_GXX_ERROR) { console.error(process.env.FAKE_GXX_ERROR); process.exit(1); }
const source = 'extern "C" void* napi_register_module_v1(void*, void* exports) { return exports; }';
const PATH = ${JSON.stringify(process.env.PATH)};
execFileSync('g++', ['-shared', '-fPIC', '-x', 'c++', '-', '-o', output], { input: source, env: { PATH } });`;

const tools = { npm, python3, 'g++': gxx };
