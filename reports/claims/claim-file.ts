import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { baselinesFolder } from '../../baselines/baseline-file.ts';
import { UsageError } from '../../harness/errors.ts';
import { onFile } from '../../harness/file-errors.ts';
import { factorValueSchema, nameSchema, positive } from '../../harness/spec/words.ts';

/** What publications claim, as hypotheses on arms: `baselines/claims.json`. */

/** Values that arms have of factors: all of them, one of each. */
const selectorSchema = z.record(z.string(), z.array(factorValueSchema).min(1));
export type ArmSelector = z.infer<typeof selectorSchema>;

const choice = { factor: z.string(), from: factorValueSchema, to: factorValueSchema, where: selectorSchema };

/**
 * - `contrast`: `to` gains over `from`, everything else equal; the mean over all pairs of arms.
 * - `interaction`: spectral initialization and Frobenius decay gain more together than each alone adds up to.
 * - `above-all`: each arm gains over every other one that has the same values of `same`.
 * - `equal`: `to` differs from `from` by less than the least effect, either way.
 */
const effectSchema = z.discriminatedUnion('form', [
  z.strictObject({ form: z.literal('contrast'), ...choice }),
  z.strictObject({ form: z.literal('interaction'), where: selectorSchema }),
  z.strictObject({
    form: z.literal('above-all'),
    arm: selectorSchema,
    others: selectorSchema,
    same: z.array(z.string()),
  }),
  z.strictObject({ form: z.literal('equal'), ...choice }),
]);
export type ClaimedEffect = z.infer<typeof effectSchema>;

const claimSchema = z.strictObject({
  id: nameSchema,
  /** In a sentence. */
  states: z.string().min(1),
  /** The publication, and where in it. */
  source: z.string().min(1),
  /** The suites whose arms can tell. */
  suites: z.array(nameSchema).min(1),
  /** The kind of task whose arms can tell, in suites of several kinds; left out: theirs is one. */
  kind: nameSchema.optional(),
  effect: effectSchema,
  /** Whether arms decay: where decay itself hurts the dense network, they tell of the setting. */
  decays: z.boolean(),
  /** The smallest effect that the claim would mean anything by, in the metric's unit: accuracy 0.005, BLEU 0.5. */
  least: positive,
  /** Published numbers, in words; `secondHand`: quoted by another source than the publication. */
  published: z.array(z.strictObject({ text: z.string().min(1), secondHand: z.boolean() })),
});
export type Claim = z.infer<typeof claimSchema>;

const claimsSchema = z
  .strictObject({ version: z.literal(1), claims: z.array(claimSchema).min(1) })
  .refine(({ claims }) => new Set(claims.map(({ id }) => id)).size === claims.length, {
    error: 'two claims have one id',
    path: ['claims'],
  });

/** The claims of a folder of baselines. Throws UsageError naming the file and what is wrong in it. */
export async function readClaims(dir: string = baselinesFolder()): Promise<Claim[]> {
  const path = join(dir, 'claims.json');
  const text = await onFile({ path, done: 'read', remedy: 'restore the file' }, () => readFile(path, 'utf8'));
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path}: no JSON: ${(error as Error).message}; restore the file.`, { cause: error });
  }
  const parsed = claimsSchema.safeParse(content);
  if (parsed.success) return parsed.data.claims;
  const issues = parsed.error.issues.map(({ path: place, message }) => `${place.map(String).join('.')}: ${message}`);
  throw new UsageError(`${path}: ${issues.join('; ')}; correct it.`);
}
