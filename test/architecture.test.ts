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
      'harness/spec/words.ts',
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
      "import { x } from '../harness/plan/plan.ts';",
      'suites/a.ts imports harness/plan/plan.ts',
    ],
    ['a suite with a library', 'suites/a.ts', "import { z } from 'zod';", 'suites/a.ts imports zod'],
    ['a registry that computes', 'suites/registry.ts', "import { x } from '../harness/plan/plan.ts';", 'the registry'],
    ['a suite that reads records', 'suites/a.ts', "import { x } from '../harness/record.ts';", 'a suite is plain data'],
    ['a contract that grows roots', 'harness/spec/words.ts', "import { x } from '../plan/plan.ts';", 'the contract'],
    ['a record that computes', 'harness/record.ts', "import { x } from './tasks/registry.ts';", 'the contract'],
    ['a kind of task that runs', 'harness/tasks/image/a.ts', "import { x } from '../../run/pool.ts';", 'kinds of task'],
    ['a kind of task that plans', 'harness/tasks/a.ts', "import { x } from '../plan/plan.ts';", 'kinds of task'],
    ['a plan that runs', 'harness/plan/a.ts', "import { x } from '../run/pool.ts';", 'the plan is pure'],
    ['a plan that reads files', 'harness/plan/a.ts', "import { readFile } from 'node:fs';", 'the plan is pure'],
    [
      'a plan that names a kind of task',
      'harness/plan/a.ts',
      "import { x } from '../spec/translation.ts';",
      'nothing names a kind of task',
    ],
    ['a cell that names a kind of task', 'harness/cell.ts', "import('./tasks/image/task.ts');", 'nothing names a kind'],
    [
      'a check that names a kind of task',
      'baselines/a.ts',
      "import { x } from '../harness/spec/new.ts';",
      'nothing names',
    ],
    ['statistics of records', 'harness/statistics/a.ts', "import { x } from '../record.ts';", 'functions of numbers'],
    ['pins that compute', 'harness/setup/pins.mjs', "import './platform.mjs';", 'the pins are constants'],
    ['a layer that plans', 'harness/nn/a.ts', "import type { x } from '../plan/plan.ts';", 'numerical folders'],
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
    ['a report that plans', 'reports/a.ts', "import { x } from '../harness/plan/plan.ts';", 'reports read records'],
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
    ['a suite of data', 'suites/a.ts', "import type { SuiteSpec } from '../harness/spec/suite.ts';"],
    [
      'the registry',
      'suites/registry.ts',
      "import { a } from './a.ts'; import type { S } from '../harness/spec/suite.ts';",
    ],
    ['the lists of kinds', 'harness/tasks/registry.ts', "import { image } from './image/kind.ts';"],
    [
      'a kind of task over the words of all and its own',
      'harness/tasks/image/a.ts',
      "import '../task.ts'; import '../../spec/image.ts'; import '../../spec/text.ts'; import '../../weight-file.ts';",
    ],
    [
      'a baseline that names cells',
      'baselines/a.ts',
      "import '../harness/cell-name.ts'; import '../harness/spec/words.ts';",
    ],
    ['a plan of kinds', 'harness/plan/a.ts', "import '../tasks/registry.ts'; import '../spec/kinds.ts';"],
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

  it('catches a circle of rooms without a cycle of files, subfolders included', () => {
    const sources = new Map([
      ['harness/run/deep/a.ts', "import { b } from '../../setup/b.ts';"],
      ['harness/run/c.ts', ''],
      ['harness/setup/b.ts', ''],
      ['harness/setup/d.ts', "import { e } from '../cli/e.ts';"],
      ['harness/cli/e.ts', "import type { c } from '../run/c.ts';"],
    ]);
    expect(violationsOf(sources)).toEqual([
      'circle of rooms: harness/run -> harness/setup -> harness/cli -> harness/run',
    ]);
  });

  it('catches a floor that imports one above it, and no other', () => {
    const sources = new Map([
      ['harness/shape/a.ts', "import type { b } from '../nn/deep/b.ts';"],
      ['harness/nn/deep/b.ts', "import { d } from '../../tensor/d.ts'; import { c } from '../c.ts';"],
      ['harness/nn/c.ts', ''],
      ['harness/tensor/d.ts', "import { e } from '../random.ts';"],
    ]);
    expect(violationsOf(sources)).toEqual([
      'harness/shape/a.ts imports harness/nn/deep/b.ts: harness/nn is a floor above harness/shape',
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
