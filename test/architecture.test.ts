import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { violationsOf } from './helpers/architecture-rules.ts';

const root = path.resolve(import.meta.dirname, '..');
const folders = ['suites', 'harness', 'baselines', 'reports', 'test'];

function readSources(): Map<string, string> {
  const files = folders
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((f) =>
        path.posix.join(folder, f),
      ),
    )
    .concat('vitest.config.ts')
    .filter((file) => /\.(ts|mjs|js)$/.test(file) && !file.startsWith('reports/out/'));
  return new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
}

describe('this checkout', () => {
  const sources = readSources();

  it('was read', () => {
    for (const file of [
      'harness/spec/spec.ts',
      'baselines/check.ts',
      'reports/render/csv.ts',
      'test/architecture.test.ts',
      'vitest.config.ts',
    ]) {
      expect([...sources.keys()]).toContain(file);
    }
  });

  it('keeps the rules of the design', () => {
    expect(violationsOf(sources)).toEqual([]);
  });
});

describe('the checker', () => {
  it.each([
    [
      'a suite that computes',
      'suites/a.ts',
      "import { x } from '../harness/plan.ts';",
      'suites/a.ts imports harness/plan.ts',
    ],
    ['a suite with a library', 'suites/a.ts', "import { z } from 'zod';", 'suites/a.ts imports zod'],
    ['a registry that computes', 'suites/registry.ts', "import { x } from '../harness/plan.ts';", 'the registry'],
    ['a contract that grows roots', 'harness/spec/spec.ts', "import { x } from './plan.ts';", 'the contract'],
    ['pins that compute', 'harness/setup/pins.mjs', "import './platform.mjs';", 'the pins are constants'],
    ['a layer that plans', 'harness/nn/a.ts', "import type { x } from '../plan.ts';", 'numerical folders'],
    ['a loader that runs', 'harness/data/a.ts', "export { x } from '../run/pool.ts';", 'numerical folders'],
    ['a lazy import of the command line', 'harness/train/a.ts', "await import('../cli/main.ts');", 'numerical folders'],
    [
      'an imported type by name',
      'harness/optim/a.ts',
      "type X = import('../../baselines/check.ts').X;",
      'numerical folders',
    ],
    [
      'a method that reads files',
      'harness/methods/a.ts',
      "import { readFile } from 'node:fs/promises';",
      'no input or output',
    ],
    [
      'training that prints a bar',
      'harness/train/a.ts',
      "import { SingleBar } from 'cli-progress';",
      'no input or output',
    ],
    [
      'tfjs outside the engine',
      'harness/nn/a.ts',
      "import * as tf from '@tensorflow/tfjs-core';",
      'only harness/engine',
    ],
    ['tfjs by require', 'harness/measure/a.ts', "const tf = require('@tensorflow/tfjs');", 'only harness/engine'],
    [
      'a baseline that runs',
      'baselines/a.ts',
      "import { x } from '../harness/run/records/store.ts';",
      'baselines read records',
    ],
    [
      'a baseline that reports',
      'baselines/a.ts',
      "import { x } from '../reports/render/csv.ts';",
      'baselines read records',
    ],
    ['a report that plans', 'reports/a.ts', "import { x } from '../harness/plan.ts';", 'reports read records'],
    [
      'a source that needs tests',
      'harness/cli/a.ts',
      "import { x } from '../../test/helpers/records.ts';",
      'neither tests',
    ],
    ['a default export', 'harness/a.ts', 'export default 1;', 'has a default export'],
    ['a default function', 'harness/a.ts', 'export default function f() {}', 'has a default export'],
    ['a renamed default', 'harness/a.ts', 'const a = 1; export { a as default };', 'has a default export'],
    ['Math.random', 'test/a.test.ts', 'const x = Math.random();', 'uses Math.random'],
    ['Math[random]', 'harness/a.ts', "const x = Math['random']();", 'uses Math.random'],
  ])('catches %s', (_, file, source, message) => {
    const violations = violationsOf(new Map([[file, source]]));
    expect(violations).toHaveLength(1);
    expect(violations[0]).toContain(message);
  });

  it.each([
    ['a suite of data', 'suites/a.ts', "import type { SuiteSpec } from '../harness/spec/spec.ts';"],
    [
      'the registry',
      'suites/registry.ts',
      "import { a } from './a.ts'; import type { S } from '../harness/spec/spec.ts';",
    ],
    [
      'a method over layers',
      'harness/methods/a.ts',
      "import { x } from '../nn/a.ts'; import { y } from '../random.ts';",
    ],
    ['a measurement that names the pins', 'harness/measure/a.ts', "import { x } from '../setup/pins.mjs';"],
    ['the engine', 'harness/engine/a.ts', "import * as tf from '@tensorflow/tfjs'; import { x } from 'node:fs';"],
    ['a report', 'reports/a.ts', "import { x } from '../baselines/check.ts'; import { y } from 'zod';"],
    ['the command line', 'harness/cli/a.ts', "import { x } from '../../reports/csv.ts';"],
    [
      'words in strings and comments',
      'harness/a.ts',
      '// Math.random, export default\nconst x = \'import "@tensorflow/a"\';',
    ],
    ['a tool that needs a default export', 'vitest.config.ts', 'export default {};'],
  ])('allows %s', (_, file, source) => {
    expect(violationsOf(new Map([[file, source]]))).toEqual([]);
  });

  it('catches a cycle of imports, types included, once', () => {
    const sources = new Map([
      ['harness/a.ts', "import { b } from './b.ts';"],
      ['harness/b.ts', "import { c } from './run/c.ts'; import { d } from './d.ts';"],
      ['harness/run/c.ts', "import type { a } from '../a.ts';"],
      ['harness/d.ts', ''],
    ]);
    expect(violationsOf(sources)).toEqual([
      'import cycle: harness/a.ts -> harness/b.ts -> harness/run/c.ts -> harness/a.ts',
    ]);
  });

  it('allows a diamond', () => {
    const sources = new Map([
      ['harness/a.ts', "import './b.ts'; import './c.ts';"],
      ['harness/b.ts', "import './d.ts';"],
      ['harness/c.ts', "import './d.ts';"],
      ['harness/d.ts', ''],
    ]);
    expect(violationsOf(sources)).toEqual([]);
  });
});
