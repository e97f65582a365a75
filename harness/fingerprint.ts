import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

/** What a bit-exact comparison of results needs equal, and which of it. */

/**
 * `portable`: oneDNN computes, with no instructions beyond AVX2, which gives the same bits on every x64 processor that
 * has these. `native`: the library chooses by the processor.
 */
export const arithmetics = ['native', 'portable'] as const;
export type Arithmetic = (typeof arithmetics)[number];

export const fingerprintSchema = z.strictObject({
  engine: z.string(),
  tensorflow: z.string(),
  binding: z.string(),
  device: z.string(),
  instruction_set: z.string(),
  threads: z.int().min(0),
  flags: z.string(),
  /** SHA-256 over the data used, first 16 digits; empty where a kind has none. */
  data: z.string(),
  /** SHA-256 over what was read of other cells, first 16 digits; absent where nothing was. */
  needs: z.string().optional(),
  /** Absent in records of before it was told: it was the native one. */
  arithmetic: z.enum(arithmetics).optional(),
  /** Vendor, family, model and stepping; absent in records of before it was told. */
  processor: z.string().optional(),
  /** Levels, kinds and sizes: sums of some operations follow them; absent in records of before they were told. */
  caches: z.string().optional(),
  /** Whether oneDNN computes what it can; absent in records of before it was told. */
  onednn: z.enum(['on', 'off']).optional(),
});
export type Fingerprint = z.infer<typeof fingerprintSchema>;

/** What a fingerprint says of the processor: portable arithmetic does not depend on it. */
const ofProcessor: readonly string[] = ['device', 'instruction_set', 'processor', 'caches'];

/** The parts of a fingerprint that are one value for a whole run, with what it is called there. */
export const environmentFields = [
  'engine',
  'tensorflow',
  'binding',
  'device',
  'instruction_set',
  'processor',
  'caches',
  'onednn',
  'arithmetic',
  'threads',
  'flags',
] as const satisfies readonly (keyof Fingerprint)[];

/** A fingerprint, as it is or as a baseline keeps one, whose fields may be those of another time. */
export type AnyFingerprint = Readonly<Record<string, unknown>>;

/** The arithmetic that results were computed with. */
export function arithmeticOf({ arithmetic }: AnyFingerprint): Arithmetic {
  return arithmetic === 'portable' ? 'portable' : 'native';
}

/**
 * The fields that keep two results from being comparable bit by bit. Of two that were computed with portable
 * arithmetic, the processors may differ.
 */
export function differingFields(one: AnyFingerprint, other: AnyFingerprint): string[] {
  const isPortable = [one, other].every((fingerprint) => arithmeticOf(fingerprint) === 'portable');
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (name) => !(isPortable && ofProcessor.includes(name)) && !isDeepStrictEqual(one[name], other[name]),
  );
}

/** What is a cell's own: its data, and what it read of others. */
const ofCell: readonly string[] = ['data', 'needs'] satisfies (keyof Fingerprint)[];

/** The same of the environment alone, which cells of one run share. */
export function differingEnvironment(one: AnyFingerprint, other: AnyFingerprint): string[] {
  return differingFields(one, other).filter((name) => !ofCell.includes(name));
}
