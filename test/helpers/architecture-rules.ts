import { cyclesOf, factsOf, type SourceFacts } from './architecture.ts';

/** The design's folder table as data: who may import whom. */

const inside =
  (...folders: string[]) =>
  (file: string) =>
    folders.some((folder) => file.startsWith(`${folder}/`));

/** The vocabulary of suites, cells and records. */
const isSpec = inside('harness/spec');
/**
 * What stands beside it: records, the names, ids and commands of cells, plain JSON with sorted keys, digests, errors,
 * foreign text, random streams.
 */
const besideSpec = [
  'record',
  'cell-id',
  'cell-name',
  'cell-command',
  'shell-quote',
  'canonical-json',
  'digest',
  'errors',
  'file-errors',
  'fingerprint',
  'foreign-text',
  'night',
  'random',
].map((name) => `harness/${name}.ts`);
/** The statistics that baselines, reports, tuning and benchmarks share. */
const isStatistics = inside('harness/statistics');
const isContract = (file: string) => isSpec(file) || isStatistics(file) || besideSpec.includes(file);
/**
 * Of the set-up, what the program shares: the pinned TensorFlow, the reading of what NVIDIA's tool says, and the words
 * for the system's refusals of files.
 */
const setupFacts = ['pins', 'nvidia-smi', 'file-errors'].map((name) => `harness/setup/${name}.mjs`);
/** The one maker of folders, and the user's folder for what is downloaded and made once. */
const userFolders = ['make-folder', 'cache-folder'].map((name) => `harness/setup/${name}.mjs`);
/** The one writer of files: whole or not at all. It knows nothing of what it writes. */
const writer = 'harness/atomic-file.ts';
/** Words that kinds of task share; every other file of the vocabulary is one kind's. */
const sharedWords = [
  'cell',
  'cost',
  'datasets',
  'definition',
  'kind-words',
  'kinds',
  'launch',
  'metrics',
  'model-names',
  'suite',
  'text',
  'tuning',
  'words',
];
const kindLists = ['harness/spec/kinds.ts', 'harness/tasks/registry.ts'];
/** The kind of task whose room a file is in; undefined: it is no kind's. */
function kindOf(file: string): string | undefined {
  const kind = /^harness\/(?:spec\/([^/]+)\.ts$|tasks\/([^/]+)\/)/
    .exec(file)
    ?.slice(1)
    .find((name) => name !== undefined);
  return kind === undefined || sharedWords.includes(kind) ? undefined : kind;
}
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
  'definition',
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
/** The floors of what trains a network, the lowest first: a room imports those below it. */
const floors = [
  'engine',
  'tensor',
  'shape',
  'init',
  'nn',
  'regularize',
  'optim',
  'train',
  'definition',
  'sparse',
  'methods',
  'budget',
  'tasks',
].map((name) => `harness/${name}`);
const ioModules = ['fs', 'fs/promises', 'child_process', 'http', 'https', 'net', 'worker_threads', 'readline'];
const ioPackages = ['execa', 'cli-progress', 'commander'];

interface Rule {
  of: (file: string) => boolean;
  /** Files of the checkout that may be imported. */
  files?: (imported: string) => boolean;
  packages?: (imported: string) => boolean;
  says: string;
}

const numericalFolders = numerical.map((folder) => `harness/${folder}`);

const rules: readonly Rule[] = [
  {
    of: (file) => inside('suites')(file) && file !== 'suites/registry.ts',
    files: (imported) => isSpec(imported) || (inside('suites')(imported) && imported !== 'suites/registry.ts'),
    packages: () => false,
    says: 'a suite is plain data and imports the vocabulary and its siblings alone',
  },
  {
    of: (file) => file === 'suites/registry.ts',
    files: (imported) => isSpec(imported) || inside('suites')(imported),
    says: 'the registry imports suites and harness/spec alone',
  },
  {
    of: isContract,
    files: (imported) => isContract(imported) || setupFacts.includes(imported),
    says:
      'the contract (spec, record, ids, names, digests, errors, foreign text, random, statistics) imports nothing else of the ' +
      'harness but facts',
  },
  {
    of: isStatistics,
    files: isStatistics,
    packages: () => false,
    says: 'statistics are functions of numbers and import nothing else',
  },
  {
    of: (file) => setupFacts.includes(file),
    files: () => false,
    packages: () => false,
    says: 'the pins are constants, and the readers of others’ words are pure: they import nothing',
  },
  {
    of: inside(...numericalFolders),
    files: (imported) =>
      isContract(imported) ||
      setupFacts.includes(imported) ||
      userFolders.includes(imported) ||
      inside(...numericalFolders)(imported),
    says: 'numerical folders import each other and the contract, never plan, run, cli or a reader of records',
  },
  {
    of: inside('harness/tasks'),
    files: (imported) =>
      isContract(imported) ||
      imported === 'harness/weight-file.ts' ||
      inside('harness/tasks', ...numericalFolders)(imported),
    says: 'kinds of task import the contract, numerical folders and weights, never plan, run or cli',
  },
  {
    of: inside('harness/plan'),
    files: (imported) =>
      isContract(imported) ||
      ['name-matcher', 'suggest', 'tuned-data'].some((name) => imported === `harness/${name}.ts`) ||
      inside('harness/plan', 'harness/tasks', ...numericalFolders)(imported),
    packages: (imported) => !ioModules.includes(imported.replace(/^node:/, '')) && !ioPackages.includes(imported),
    says: 'the plan is pure, and knows nothing of runs',
  },
  {
    of: (file) =>
      !kindLists.includes(file) &&
      !isSpec(file) &&
      !inside('harness/tasks', 'suites', 'reports', 'test', ...numericalFolders)(file),
    files: (imported) => kindOf(imported) === undefined,
    says: 'nothing names a kind of task but its rooms and the lists',
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
    files: (imported) => isContract(imported) || imported === writer || inside('baselines')(imported),
    says: 'baselines read records only',
  },
  {
    of: inside('reports'),
    files: (imported) => isContract(imported) || imported === writer || inside('baselines', 'reports')(imported),
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
    ...[...imports].flatMap(([file, files]) => files.flatMap((imported) => floorViolation(file, imported))),
    ...cyclesOf(imports).map((cycle) => `import cycle: ${cycle.join(' -> ')}`),
    ...cyclesOf(roomImports(imports)).map((cycle) => `circle of rooms: ${cycle.join(' -> ')}`),
  ];
}

/** A first folder under harness, with its subfolders; null for files that are in none. */
function roomOf(file: string): string | null {
  return /^harness\/[^/]+(?=\/)/.exec(file)?.[0] ?? null;
}

function floorViolation(file: string, imported: string): string[] {
  const [from, to] = [file, imported].map((one) => floors.indexOf(roomOf(one) ?? ''));
  if (from === -1 || to === -1 || to! <= from!) return [];
  return [`${file} imports ${imported}: ${floors[to!]} is a floor above ${floors[from!]}`];
}

/** Which rooms import which others. */
function roomImports(imports: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const rooms = new Map<string, Set<string>>();
  for (const [file, files] of imports) {
    const room = roomOf(file);
    if (room === null) continue;
    const others = rooms.get(room) ?? new Set();
    rooms.set(room, others);
    for (const other of files.map(roomOf)) if (other !== null && other !== room) others.add(other);
  }
  return new Map([...rooms].map(([room, others]) => [room, [...others]]));
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
