import { idOf } from '../cell-id.ts';
import { cellNameOf } from '../cell-name.ts';
import { UsageError } from '../errors.ts';
import { wordsOfKind } from '../spec/kinds.ts';
import { type BaseConfig, type Factor, type Overrides, overridesText } from '../spec/words.ts';
import { suggestion } from '../suggest.ts';
import { kindOf } from '../tasks/registry.ts';
import { problemsOf } from './checked-suite.ts';
import type { Draft } from './drafts.ts';

/** What is tried out in place of what the suite says. */
export interface Trial {
  /** Values of fields of cells' configurations, by dotted paths: `training.epochs`. */
  set: Overrides;
  /** At most so many training examples of each data set; undefined: as the suite has them. */
  limit: number | undefined;
}

/** A draft under a trial, or why it has none: fields that it lacks, a limit that means nothing to it, a bad value. */
type Attempt =
  | { draft: Draft }
  | { lacks: string; known: readonly string[] }
  | { unlimited: true }
  | { refused: string };

/** Fields that say which cell it is, and what chooses them instead. */
const chosenElsewhere: Readonly<Record<string, string>> = {
  task: 'the suite chooses it',
  method: 'name methods with --only and --method',
  methodDigest: 'it follows from the file that --method names',
  seed: 'choose seeds with --seeds and --only',
  overrides: 'it holds what --set says',
};

/**
 * The cells of the trial's drafts: each has an id and a name of its own, and its configuration says what was set. A
 * limit that changes nothing, because there are no more examples, leaves a cell as it is.
 *
 * @throws UsageError where a field is unknown, or some of the drafts lack it, where a value is not one of the field,
 *   and where cells become alike
 */
export function triedOut(drafts: readonly Draft[], trial: Trial): Draft[] {
  refuseChosenElsewhere(trial.set);
  const attempts = drafts.map((draft) => ({ draft, attempt: attempt(draft, trial) }));
  refuseLacking(attempts);
  refuseUnlimited(attempts, trial.limit);
  const tried = attempts.flatMap(({ draft: { cell }, attempt: made }) => {
    if ('draft' in made) return [made.draft];
    throw new UsageError('refused' in made ? `--set: cell ${cell}: ${made.refused}` : `cell ${cell}: not tried out`);
  });
  refuseAlike(tried, drafts, trial.set);
  return tried;
}

/** What a cell of a plan has that follows from its configuration. */
type Configured = Pick<Draft, 'id' | 'cell' | 'config'> & { factors: readonly Factor[] };

/**
 * A cell with other values of its configuration's fields, which tells them.
 *
 * @throws UsageError where it has no such field, or the value is none of it
 */
export function withOverrides<C extends Configured>(cell: C, set: Overrides): C {
  const made = withFields(cell, set);
  if ('config' in made) return renamed(cell, made.config, set);
  const why = 'lacks' in made ? `it has no field ${made.lacks}` : made.refused;
  throw new UsageError(`cell ${cell.cell} under ${overridesText(set)}: ${why}`);
}

/** The draft under the trial; null where it cannot be. */
export function triedOutIfAble(draft: Draft, trial: Trial): Draft | null {
  const made = attempt(draft, trial);
  return 'draft' in made ? made.draft : null;
}

function attempt(draft: Draft, { set, limit }: Trial): Attempt {
  const words = wordsOfKind(draft.config.task);
  const own = withFields(draft, set);
  if (!('config' in own) || limit === undefined) return 'config' in own ? named(draft, own.config, set) : own;
  const kind = kindOf(words.task);
  if (kind.limited === undefined) return { unlimited: true };
  const limits = kind.limited(own.config, limit);
  const limited = withFields({ ...draft, config: own.config }, limits);
  return 'config' in limited ? named(draft, limited.config, { ...set, ...limits }) : limited;
}

/** The configuration with other values, held against the schema. */
function withFields(
  { config }: Configured,
  set: Overrides,
): { config: BaseConfig } | Exclude<Attempt, { draft: Draft } | { unlimited: true }> {
  const words = wordsOfKind(config.task);
  let changed: unknown = config;
  for (const [path, value] of Object.entries(set)) {
    const next = withField(changed, path.split('.'), value);
    if (next === null) return { lacks: path, known: fieldsOf(config) };
    changed = next;
  }
  const parsed = words.config.safeParse(changed);
  const lacking = Object.keys(set).find((path) =>
    parsed.success
      ? fieldAt(parsed.data, path.split('.')) === undefined
      : parsed.error.issues.some(
          (issue) =>
            issue.code === 'unrecognized_keys' && issue.keys.some((key) => [...issue.path, key].join('.') === path),
        ),
  );
  if (lacking !== undefined) return { lacks: lacking, known: fieldsOf(config) };
  if (!parsed.success) return { refused: problemsOf(parsed.error.issues).join('; ') };
  const [before, after] = [words.dataset(config), words.dataset(parsed.data)];
  if (before === after) return { config: parsed.data };
  const paths = Object.keys(set).join(' and ');
  return {
    refused: `${paths}: the data would be ${after} in place of ${before}, which the suite chooses; leave it out`,
  };
}

/** The draft of a configuration that tells its overrides; its factors and its name follow from it. */
function named(draft: Draft, changed: BaseConfig, overrides: Overrides): Attempt {
  return { draft: Object.keys(overrides).length === 0 ? draft : renamed(draft, changed, overrides) };
}

function renamed<C extends Configured>(cell: C, changed: BaseConfig, overrides: Overrides): C {
  const config = { ...changed, overrides };
  const words = wordsOfKind(config.task);
  const factors = cell.factors.map(({ name, value }) => ({ name, value: words.factors[name]?.of(config) ?? value }));
  const arm = { kind: words.task, model: words.model(config), dataset: words.dataset(config), factors };
  return { ...cell, config, factors, id: idOf(config), cell: cellNameOf(arm, config.seed, overrides) };
}

/** A copy with another value of one field; null where the path leads through something that has no fields. */
function withField(object: unknown, [name = '', ...rest]: readonly string[], value: unknown): object | null {
  if (!isFields(object)) return null;
  const inner = rest.length === 0 ? value : withField(object[name], rest, value);
  return inner === null && rest.length > 0 ? null : { ...object, [name]: inner };
}

function fieldAt(object: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return object;
  return isFields(object) ? fieldAt(object[name], rest) : undefined;
}

/** The paths of the fields that may be set. */
function fieldsOf(config: object, prefix = ''): string[] {
  return Object.entries(config).flatMap(([name, value]) => {
    const path = `${prefix}${name}`;
    if (Object.hasOwn(chosenElsewhere, path) || path === 'dataset.name') return [];
    return isFields(value) ? fieldsOf(value, `${path}.`) : [path];
  });
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuseChosenElsewhere(set: Overrides): void {
  for (const path of Object.keys(set)) {
    const field = path.split('.')[0] ?? '';
    const instead = Object.hasOwn(chosenElsewhere, field) ? chosenElsewhere[field] : undefined;
    if (instead !== undefined) throw new UsageError(`--set ${path}: a trial cannot change it: ${instead}.`);
  }
}

type Attempts = readonly { draft: Draft; attempt: Attempt }[];

function refuseLacking(attempts: Attempts): void {
  for (const { attempt: made } of attempts) {
    if (!('lacks' in made)) continue;
    const { lacks: path, known } = made;
    const lacking = attempts.filter((other) => 'lacks' in other.attempt && other.attempt.lacks === path);
    const names = namesOf(lacking);
    if (lacking.length === attempts.length) {
      throw new UsageError(`--set ${path}: no cell has such a field (${names}): ${suggestion(path, known)}`);
    }
    const counts = `${lacking.length} of ${attempts.length} cells`;
    throw new UsageError(`--set ${path}: ${counts} have no such field: ${names}. Leave them out with --only.`);
  }
}

function refuseUnlimited(attempts: Attempts, limit: number | undefined): void {
  const unlimited = attempts.filter(({ attempt: made }) => 'unlimited' in made);
  if (unlimited.length === 0) return;
  throw new UsageError(
    `--limit ${limit}: ${unlimited.length} of ${attempts.length} cells have no training examples to limit: ` +
      `${namesOf(unlimited)}. Leave them out with --only, or --limit away.`,
  );
}

function refuseAlike(tried: readonly Draft[], drafts: readonly Draft[], set: Overrides): void {
  const first = new Map<string, string>();
  for (const [at, { id }] of tried.entries()) {
    const cell = drafts[at]?.cell ?? '';
    const other = first.get(id);
    if (other !== undefined) {
      const text = overridesText(set);
      throw new UsageError(`--set ${text}: makes ${other} and ${cell} alike; leave one of them out with --only.`);
    }
    first.set(id, cell);
  }
}

/** Most cells that a message names. */
const shown = 3;

function namesOf(attempts: Attempts): string {
  const names = attempts.slice(0, shown).map(({ draft }) => draft.cell);
  return `${names.join(', ')}${attempts.length > shown ? `, and ${attempts.length - shown} more` : ''}`;
}
