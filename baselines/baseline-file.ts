import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { writeFileAtomically } from '../harness/atomic-file.ts';
import { canonicalJson, sortKeys } from '../harness/canonical-json.ts';
import { UsageError } from '../harness/errors.ts';
import { cleanTexts } from '../harness/foreign-text.ts';
import type { ProfileName } from '../harness/spec/words.ts';
import type { Baseline, BaselineEntry } from './baseline.ts';
import { baselineSchema, baselineVersion } from './baseline.ts';

/**
 * The `baselines/` folder of the checkout. Compiled code lies one folder deeper than its source, so the checkout is the
 * nearest folder upwards that holds package.json.
 */
export function baselinesFolder(from: string = path.dirname(fileURLToPath(import.meta.url))): string {
  if (existsSync(path.join(from, 'package.json'))) return path.join(from, 'baselines');
  const parent = path.dirname(from);
  if (parent === from) {
    throw new UsageError(
      'baselines: found no package.json above the program. Run it from a checkout, or give the folder.',
    );
  }
  return baselinesFolder(parent);
}

/** The file of a suite's and profile's baseline. */
export function baselinePath(suite: string, profile: ProfileName, dir: string = baselinesFolder()): string {
  return path.join(dir, `${suite}.${profile}.json`);
}

/**
 * The stored baseline of a suite and profile; null where there is no file.
 *
 * @throws UsageError for a file that is not a baseline, or one of another version, suite or profile
 */
export async function readBaseline(suite: string, profile: ProfileName, dir?: string): Promise<Baseline | null> {
  const file = baselinePath(suite, profile, dir);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UsageError(`Baseline ${file}: cannot be read (${(error as Error).message}).`, { cause: error });
  }
  return parseBaseline(text, file, suite, profile);
}

function parseBaseline(text: string, file: string, suite: string, profile: ProfileName): Baseline {
  const remedy = 'Restore it from version control, or delete it and store a new one with npm run accept.';
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`Baseline ${file}: not JSON (${(error as Error).message}). ${remedy}`, { cause: error });
  }
  const version = z.looseObject({ version: z.number() }).safeParse(data);
  if (version.success && version.data.version !== baselineVersion) {
    throw new UsageError(
      `Baseline ${file}: version ${version.data.version}, but this program reads version ${baselineVersion}. ` +
        'Use the program that wrote it, or delete it and store a new one with npm run accept.',
    );
  }
  const parsed = baselineSchema.safeParse(cleanTexts(data));
  if (!parsed.success) {
    throw new UsageError(`Baseline ${file}: not a baseline:\n${z.prettifyError(parsed.error)}\n${remedy}`);
  }
  const baseline = parsed.data;
  if (baseline.suite !== suite || baseline.profile !== profile) {
    throw new UsageError(
      `Baseline ${file}: holds ${baseline.suite}, ${baseline.profile}, not ${suite}, ${profile}. Rename it. ${remedy}`,
    );
  }
  return baseline;
}

/**
 * Writes the baseline whole or not at all, in an order that depends on nothing but the data, so that version control
 * shows only what changed. Returns the file's path.
 */
export async function writeBaseline(baseline: Baseline, dir: string = baselinesFolder()): Promise<string> {
  const file = baselinePath(baseline.suite, baseline.profile, dir);
  await writeFileAtomically(file, baselineText(baseline), null);
  return file;
}

/** The file's text: keys in the schema's order (free-form objects alphabetically), cells by name, numbers in order. */
export function baselineText(baseline: Baseline): string {
  const { cells, ...head } = baselineSchema.parse(baseline);
  const sorted = cells
    .map((entry) => ({ ...entry, config: sortKeys(entry.config), fingerprint: sortKeys(entry.fingerprint) }))
    .sort(byName);
  return `${JSON.stringify({ ...head, cells: sorted }, null, 2)}\n`;
}

const collator = new Intl.Collator('en', { numeric: true });

function byName(left: BaselineEntry, right: BaselineEntry): number {
  const order = collator.compare(left.cell, right.cell);
  if (order !== 0) return order;
  return canonicalJson(left) < canonicalJson(right) ? -1 : 1;
}
