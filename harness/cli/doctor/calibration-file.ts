import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../../atomic-file.ts';
import { canonicalJson, parseJson } from '../../canonical-json.ts';
import { shortDigest } from '../../digest.ts';
import { UsageError } from '../../errors.ts';
import { readTextFile } from '../../file-errors.ts';
import type { Arithmetic } from '../../fingerprint.ts';
import { cacheFolder } from '../../setup/cache-folder.mjs';
import { readCpu, usableCores } from '../../setup/machine.mjs';
import { type Rates, ratesSchema } from '../../spec/cost.ts';

/** What was measured of a machine: `machines/<fingerprint>.json` in the user's cache, which machines may share. */

const machineSchema = z.strictObject({
  processor: z.string(),
  instructions: z.array(z.string()),
  cores: z.number(),
  memoryBytes: z.number(),
});

const calibrationSchema = z.strictObject({
  version: z.literal(1),
  machine: machineSchema,
  measured_at: z.string(),
  native: ratesSchema,
  /** Null: the processor cannot compute so. */
  portable: ratesSchema.nullable(),
});
export type Calibration = z.infer<typeof calibrationSchema>;

/** What tells this machine from others. */
export function ownMachine(): Calibration['machine'] {
  const { model, instructionSet } = readCpu();
  const processor = cpus()[0]?.model ?? model;
  return { processor, instructions: instructionSet, cores: usableCores(), memoryBytes: totalmem() };
}

export function calibrationPath(env: NodeJS.ProcessEnv): string {
  return join(cacheFolder(env), 'machines', `${shortDigest(canonicalJson(ownMachine()))}.json`);
}

export async function writeCalibration(env: NodeJS.ProcessEnv, calibration: Calibration): Promise<string> {
  const path = calibrationPath(env);
  await writeFileAtomically(
    path,
    `${JSON.stringify(calibration, null, 2)}\n`,
    'set FACTORBENCH_CACHE to another folder',
  );
  return path;
}

/**
 * The rates of this machine; null where it was not calibrated.
 *
 * @throws UsageError where the file is damaged
 */
export async function calibratedRates(env: NodeJS.ProcessEnv, arithmetic: Arithmetic): Promise<Rates | null> {
  const path = calibrationPath(env);
  const text = await readTextFile(path, { most: 1e6, remedy: 'set FACTORBENCH_CACHE to another folder' });
  if (text === null) return null;
  const read = calibrationSchema.safeParse(parseJson(text));
  if (!read.success) {
    throw new UsageError(
      `${path} holds no calibration: delete it, or measure anew with npm run doctor -- --calibrate.`,
    );
  }
  return read.data[arithmetic];
}
