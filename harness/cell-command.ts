import { arithmeticOf } from './fingerprint.ts';
import { extraSeeds, freshSeeds } from './night.ts';
import type { CellRecord } from './record.ts';
import { shellCommand } from './shell-quote.ts';
import { overridesText } from './spec/words.ts';

/** Commands that compute cells. */
export type CellCommand = 'suite' | 'tune';

export interface CellCommandOptions {
  /** Left out: `suite`. */
  command?: CellCommand | undefined;
  /** The folder that the run was told its data sets are in; null: it was told none. */
  dataDir: string | null;
  /** The date of the night that it ran in; left out: in none. */
  night?: string | undefined;
  /** Further words, such as `--out DIR`. */
  further: readonly string[];
}

const arithmeticOptions = { portable: '--portable', native: '--no-portable' } as const;

/**
 * The command that computes a record's cell again, for a shell:
 * `npm run suite -- compression --profile smoke --only ... --seeds 1 --out reports/out/again`.
 */
export function cellCommand(record: CellRecord, options: CellCommandOptions): string {
  const { command = 'suite', dataDir, night, further } = options;
  const { suite, profile, cell, origin, config } = record;
  const environment = record.status === 'failed' ? null : record.fingerprint;
  // A failed cell's record does not say what it read.
  const readsFiles = record.status === 'failed' || record.data_source === 'files';
  return shellCommand([
    'npm',
    'run',
    command,
    '--',
    suite,
    '--profile',
    profile,
    '--only',
    cell,
    ...seedWords(record, night),
    ...(origin === undefined ? [] : ['--method', origin]),
    ...Object.entries(config.overrides ?? {}).flatMap(([path, value]) => ['--set', overridesText({ [path]: value })]),
    ...(dataDir === null || !readsFiles ? [] : ['--data', dataDir]),
    ...(environment === null || environment.threads <= 1 ? [] : ['--threads', String(environment.threads)]),
    ...(environment?.device.startsWith('gpu') ? ['--device', 'gpu'] : []),
    ...(environment === null || environment.device.startsWith('gpu')
      ? []
      : [arithmeticOptions[arithmeticOf(environment)]]),
    ...further,
  ]);
}

/** The options that plan a cell's seed. */
function seedWords({ suite, profile, seed }: CellRecord, night: string | undefined): string[] {
  if (night === undefined) return ['--seeds', String(seed + 1)];
  if (freshSeeds(suite, profile, night).includes(seed)) return ['--night', night];
  const further = extraSeeds(suite, profile, night).indexOf(seed);
  return further === -1 ? ['--seeds', String(seed + 1)] : ['--night', night, '--extra', String(further + 1)];
}
