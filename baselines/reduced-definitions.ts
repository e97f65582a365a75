import { z } from 'zod';
import { canonicalJson } from '../harness/canonical-json.ts';
import { shortDigest } from '../harness/digest.ts';
import { arithmetics } from '../harness/fingerprint.ts';
import type { Definition } from '../harness/spec/definition.ts';
import { nameSchema, profileNames } from '../harness/spec/words.ts';
import { acceptanceSchema } from './baseline.ts';
import { lossDifference } from './first-step-differences.ts';

/**
 * What is stored of cells that are never trained for the check, as those of published sizes: what each is by its
 * configuration, and digests of what its reduced form asks the engine to compute.
 */

/** By the part of a definition, how it is said to differ, and what of it is compared. */
const parts = {
  graphs: ['other recorded steps', ({ graphs }) => graphs.map(({ of, feeds, digest }) => [of, feeds, digest])],
  phases: ['other steps by training', ({ phases }) => phases],
  rates: ['other learning rates', ({ drawn, rates }) => [drawn['learning rate'] ?? null, rates]],
  drawn: ['other draws', ({ data, drawn: { 'learning rate': _, ...drawn } }) => [data, drawn]],
  inputs: ['other inputs of the first steps', ({ inputs }) => inputs],
  tests: ['it is evaluated on something else', ({ tests }) => tests],
  initial: ['other initial values', ({ initial }) => initial.digest],
  // Bytes of a step differ by what kernels reserve.
  counts: [
    'other counts',
    ({ counts }) => Object.fromEntries(Object.entries(counts).filter(([name]) => !name.includes('bytes'))),
  ],
  facts: ['other facts', ({ facts }) => facts],
} as const satisfies Record<string, readonly [string, (definition: Definition) => unknown]>;
type Part = keyof typeof parts;
const partNames = Object.keys(parts) as Part[];

const digest = z.string().regex(/^[0-9a-f]{16}$/);

const reducedSchema = z.strictObject({
  digests: z.record(z.enum(partNames as [Part, ...Part[]]), digest),
  /** Of the first steps; null where it is no finite number. */
  losses: z.array(z.number().nullable()),
  arithmetic: z.enum(arithmetics),
  threads: z.int().min(0),
});
/** What is kept of one definition. */
export type ReducedDefinition = z.infer<typeof reducedSchema>;

const cellSchema = z.strictObject({
  cell: nameSchema,
  /** Of its published configuration. */
  id: z.string(),
  /** That it keeps at its published size; null where training finds it. */
  parameters: z.int().min(0).nullable(),
  /** Id of its reduced form; null where it begins with what another cell comes to, or its kind has none. */
  reduced: z.string().nullable(),
});
export type ReducedCell = z.infer<typeof cellSchema>;

export const reducedDefinitionsVersion = 1;

export const reducedDefinitionsSchema = z.strictObject({
  version: z.literal(reducedDefinitionsVersion),
  suite: nameSchema,
  profile: z.enum(profileNames),
  history: z.array(acceptanceSchema.omit({ cells: true })),
  cells: z.array(cellSchema),
  /** By the id of the reduced form, which cells share that differ in what it lacks. */
  definitions: z.record(z.string(), reducedSchema),
});
export type ReducedDefinitions = z.infer<typeof reducedDefinitionsSchema>;

/** What is stored of a definition. */
export function reducedDefinitionOf(definition: Definition): ReducedDefinition {
  const { arithmetic, threads, losses } = definition.first_steps;
  const digests = Object.fromEntries(
    partNames.map((part) => [part, shortDigest(canonicalJson(parts[part][1](definition)))]),
  ) as Record<Part, string>;
  return { digests, losses, arithmetic, threads };
}

/** How a cell of a plan differs from what is stored of it. */
export interface ReducedOutcome {
  verdict: 'equal' | 'changed' | 'regressed' | 'no-baseline';
  /** A clause each. */
  differences: string[];
}

/**
 * Compares a cell with what is stored: its configuration and size, then what its reduced form asks for, then the losses
 * of the first steps, which are comparable in portable arithmetic alone.
 *
 * @param definition of the reduced form; null: it has none
 * @param stored null: nothing is
 */
export function reducedOutcome(
  cell: ReducedCell,
  definition: ReducedDefinition | null,
  stored: ReducedDefinitions | null,
): ReducedOutcome {
  const accepted = stored?.cells.find((one) => one.cell === cell.cell);
  if (stored === null || accepted === undefined) return { verdict: 'no-baseline', differences: [] };
  const before = accepted.reduced === null ? undefined : stored.definitions[accepted.reduced];
  const differences = [
    ...(accepted.id === cell.id ? [] : ['another configuration']),
    ...(accepted.parameters === cell.parameters
      ? []
      : [`${cell.parameters ?? 'an unknown number of'} parameters instead of ${accepted.parameters ?? 'unknown'}`]),
    ...(before === undefined || definition === null ? [] : differingParts(before, definition)),
  ];
  if (differences.length > 0) return { verdict: 'changed', differences };
  // Whoever had none has one now, or the other way round.
  if ((before === undefined) !== (definition === null)) return { verdict: 'no-baseline', differences: [] };
  const loss = before === undefined || definition === null ? null : differingLoss(before, definition);
  return loss === null ? { verdict: 'equal', differences: [] } : { verdict: 'regressed', differences: [loss] };
}

function differingParts(before: ReducedDefinition, after: ReducedDefinition): string[] {
  return partNames.filter((part) => before.digests[part] !== after.digests[part]).map((part) => parts[part][0]);
}

function differingLoss(before: ReducedDefinition, after: ReducedDefinition): string | null {
  const isPortable = [before, after].every(({ arithmetic }) => arithmetic === 'portable');
  if (!isPortable || before.threads !== after.threads) return null;
  for (let step = 0; step < before.losses.length; step++) {
    const found = lossDifference(before.losses[step] ?? null, after.losses[step] ?? null, step);
    if (found !== null) {
      const [expected, measured] = [found.expected ?? 'no number', found.measured ?? 'no number'];
      return `step ${step + 1}: loss expected ${expected}, measured ${measured}`;
    }
  }
  return null;
}

/** The stored cells that a plan holds no more. */
export function removedCells(
  stored: ReducedDefinitions | null,
  planned: ReadonlySet<string>,
  isAsked: (cell: string) => boolean,
): ReducedCell[] {
  return (stored?.cells ?? []).filter(({ cell }) => isAsked(cell) && !planned.has(cell));
}

/** What is accepted of a plan. */
export interface AcceptedDefinitions {
  cells: readonly ReducedCell[];
  /** By the id of the reduced form. */
  definitions: Readonly<Record<string, ReducedDefinition>>;
  removed: readonly ReducedCell[];
}

/**
 * What is stored after an acceptance: cells of the same name are replaced, those removed dropped, and with them what no
 * cell refers to.
 */
export function acceptDefinitions(
  { suite, profile, history, cells: before, definitions: known }: Omit<ReducedDefinitions, 'version'>,
  { cells, definitions, removed }: AcceptedDefinitions,
  acceptance: ReducedDefinitions['history'][number],
): ReducedDefinitions {
  const gone = new Set([...cells, ...removed].map(({ cell }) => cell));
  const all = [...before.filter(({ cell }) => !gone.has(cell)), ...cells];
  const used = new Set(all.map(({ reduced }) => reduced));
  const kept = Object.entries({ ...known, ...definitions }).filter(([id]) => used.has(id));
  return {
    version: reducedDefinitionsVersion,
    suite,
    profile,
    history: [...history, acceptance],
    cells: all,
    definitions: Object.fromEntries(kept),
  };
}
