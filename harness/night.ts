import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UsageError } from './errors.ts';

/** A night: the date that names it, `2026-12-01`, and the seeds that it decides. */
export const nightSchema = z.iso.date();

/** Fresh seeds of each arm in a night, beside the fixed one. */
export const freshSeedsOfNight = 2;

/** The most further fresh seeds that an arm gets in a night that is suspect. */
export const extraSeedsOfNight = 40;

/**
 * The fresh seeds of a night, the same for all arms: the first 31 bits of the SHA-256 of (suite, profile, date, index).
 * The date decides them, so that a night can be repeated.
 */
export function freshSeeds(suite: string, profile: string, night: string, number = freshSeedsOfNight): number[] {
  return Array.from({ length: number }, (_, index) => {
    const text = JSON.stringify([suite, profile, night, index]);
    return createHash('sha256').update(text).digest().readUInt32BE() >>> 1;
  });
}

/** The further fresh seeds of a night, for what is suspect in it: they follow its two. */
export function extraSeeds(suite: string, profile: string, night: string, number = extraSeedsOfNight): number[] {
  return freshSeeds(suite, profile, night, freshSeedsOfNight + number).slice(freshSeedsOfNight);
}

/** The fresh seeds of a run: those of its night, further ones too; none where no night decided its seeds. */
export function freshSeedsOfRun(suite: string, profile: string, night: string | undefined): ReadonlySet<number> {
  return new Set(
    night === undefined ? [] : [...freshSeeds(suite, profile, night), ...extraSeeds(suite, profile, night)],
  );
}

/** The seeds of each arm in a night: one fixed, then the fresh ones, with `extra` further ones. */
export function seedsOfNight(suite: string, profile: string, night: string, extra = 0): number[] {
  return [0, ...freshSeeds(suite, profile, night), ...extraSeeds(suite, profile, night, extra)];
}

/**
 * A date as `--night` takes it.
 *
 * @throws UsageError for anything but a day of the calendar, YYYY-MM-DD
 */
export function parseNight(text: string): string {
  if (nightSchema.safeParse(text).success) return text;
  throw new UsageError(`--night ${text}: expected a date of the calendar as YYYY-MM-DD, such as 2026-12-01.`);
}
