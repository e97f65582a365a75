import { z } from 'zod';
import { experimentSchema } from './kinds.ts';
import { type Grid, gridSchema } from './tuning.ts';
import { type BaseExperiment, count, type ProfileName, positive, profileNames } from './words.ts';

/** What a suite file says. */

export const profileSchema = z.strictObject({
  /** One or two sentences: what this profile reduces against the published schedule, and why it still tells. */
  note: z.string(),
  experiments: z.array(experimentSchema).min(1),
  /** Replicates; a number that nobody has is a slip that would fill the memory. */
  seeds: count.max(10_000),
  /** Margin of the check, in the unit of the gated metric: a smaller loss is not a regression. */
  margin: positive,
  /** A cell that runs longer is ended and recorded as failed. */
  timeLimitSeconds: positive,
  /** What `tune` tries for the arms that are tuned. */
  tuning: gridSchema.optional(),
});

export const suiteSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string(),
  description: z.string(),
  profiles: z
    .partialRecord(z.enum(profileNames), profileSchema)
    .refine((profiles) => Object.keys(profiles).length > 0, `name one of ${profileNames.join(', ')} at least`),
});

export interface ProfileSpec<E extends BaseExperiment = BaseExperiment> {
  note: string;
  experiments: readonly E[];
  seeds: number;
  margin: number;
  timeLimitSeconds: number;
  tuning?: Grid | undefined;
}

export interface SuiteSpec<E extends BaseExperiment = BaseExperiment> {
  name: string;
  title: string;
  description: string;
  profiles: Readonly<Partial<Record<ProfileName, ProfileSpec<E>>>>;
}
