import { cyclesOf, factsOf, type SourceFacts } from './architecture.ts';

/** The design's folder table as data: who may import whom. */

const specs = ['spec', 'text', 'translation'].map((name) => `harness/spec/${name}.ts`);
const contract = [...specs, ...['record', 'errors', 'random'].map((name) => `harness/${name}.ts`)];
/** Of the set-up, what measurements share: the pinned TensorFlow, and the reading of what NVIDIA's tool says. */
const setupFacts = ['harness/setup/pins.mjs', 'harness/setup/nvidia-smi.mjs'];
/** The one writer of files: whole or not at all. It knows nothing of what it writes. */
const writer = 'harness/atomic-file.ts';
/** Plain JSON with sorted keys. */
const canonicalJson = 'harness/canonical-json.ts';
/** Folders that compute, and know nothing of plans, runs or the command line. */
const numerical = [
  'engine',
  'shape',
  'nn',
  'methods',
  'budget',
  'sparse',
  'tensor',
  'init',
  'regularize',
  'optim',
  'train',
  'decode',
  'data',
  'text',
  'measure',
  'bench',
];
/** Of those, the ones that read no file and start no process. */
const pureFolders = [
  'shape',
  'nn',
  'methods',
  'budget',
  'sparse',
  'tensor',
  'init',
  'regularize',
  'optim',
  'train',
  'decode',
  'text',
];
const ioModules = ['fs', 'fs/promises', 'child_process', 'http', 'https', 'net', 'worker_threads', 'readline'];
const ioPackages = ['execa', 'cli-progress', 'commander'];

interface Rule {
  of: (file: string) => boolean;
  /** Files of the checkout that may be imported. */
  files?: (imported: string) => boolean;
  packages?: (imported: string) => boolean;
  says: string;
}

const inside =
  (...folders: string[]) =>
  (file: string) =>
    folders.some((folder) => file.startsWith(`${folder}/`));
const numericalFolders = numerical.map((folder) => `harness/${folder}`);

const rules: readonly Rule[] = [
  {
    of: (file) => inside('suites')(file) && file !== 'suites/registry.ts',
    files: (imported) => specs.includes(imported) || (inside('suites')(imported) && imported !== 'suites/registry.ts'),
    packages: () => false,
    says: 'a suite is plain data and imports the vocabulary and its siblings alone',
  },
  {
    of: (file) => file === 'suites/registry.ts',
    files: (imported) => imported === 'harness/spec/spec.ts' || inside('suites')(imported),
    says: 'the registry imports suites and harness/spec.ts alone',
  },
  {
    of: (file) => contract.includes(file),
    files: (imported) => contract.includes(imported),
    says: 'the contract (spec, record, errors, random) imports nothing else of the harness',
  },
  {
    of: (file) => setupFacts.includes(file),
    files: () => false,
    packages: () => false,
    says: 'the pins are constants, and the reader of NVIDIA’s tool is pure: they import nothing',
  },
  {
    of: inside(...numericalFolders),
    files: (imported) =>
      contract.includes(imported) || setupFacts.includes(imported) || inside(...numericalFolders)(imported),
    says: 'numerical folders import each other and the contract, never plan, run, cli or a reader of records',
  },
  {
    of: inside(...pureFolders.map((folder) => `harness/${folder}`)),
    packages: (imported) => !ioModules.includes(imported.replace(/^node:/, '')) && !ioPackages.includes(imported),
    says: 'layers, methods, optimizers, training and text do no input or output',
  },
  {
    of: (file) => !inside('harness/engine', 'test')(file),
    packages: (imported) => !imported.startsWith('@tensorflow/'),
    says: 'only harness/engine touches tfjs',
  },
  {
    of: inside('baselines'),
    files: (imported) => [...contract, writer, canonicalJson].includes(imported) || inside('baselines')(imported),
    says: 'baselines read records only',
  },
  {
    of: inside('reports'),
    files: (imported) =>
      [...contract, writer, canonicalJson].includes(imported) || inside('baselines', 'reports')(imported),
    says: 'reports read records and verdicts only',
  },
  {
    of: (file) => !inside('test')(file),
    files: (imported) => !inside('test', 'build')(imported),
    says: 'sources import neither tests nor build output',
  },
];

/** Tools that ask for a default export. */
const defaultExports = ['vitest.config.ts'];

/** Everything in `sources` (text by path from the root) that breaks the design, a sentence each. */
export function violationsOf(sources: ReadonlyMap<string, string>): string[] {
  const facts = new Map([...sources].map(([file, source]) => [file, factsOf(file, source)]));
  const imports = new Map([...facts].map(([file, { files }]) => [file, files]));
  return [
    ...[...facts].flatMap(([file, found]) => [...importViolations(file, found), ...habitViolations(file, found)]),
    ...cyclesOf(imports).map((cycle) => `import cycle: ${cycle.join(' -> ')}`),
  ];
}

function importViolations(file: string, { files, packages }: SourceFacts): string[] {
  return rules
    .filter((rule) => rule.of(file))
    .flatMap((rule) => {
      const forbidden = [
        ...files.filter((imported) => !(rule.files?.(imported) ?? true)),
        ...packages.filter((imported) => !(rule.packages?.(imported) ?? true)),
      ];
      return forbidden.map((imported) => `${file} imports ${imported}: ${rule.says}`);
    });
}

function habitViolations(file: string, { exportsDefault, callsMathRandom }: SourceFacts): string[] {
  const found: string[] = [];
  if (exportsDefault && !defaultExports.includes(file)) found.push(`${file} has a default export: name it`);
  if (callsMathRandom) found.push(`${file} uses Math.random: draw from a stream of harness/random.ts`);
  return found;
}
