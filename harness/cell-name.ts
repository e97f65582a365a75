import { canonicalJson } from './canonical-json.ts';
import { shortDigest } from './digest.ts';
import { UsageError } from './errors.ts';
import { wordsOfKind } from './spec/kinds.ts';
import type { Factor, Overrides } from './spec/words.ts';

/** What names an arm: the same for all seeds of one setting. */
export interface ArmCoordinates {
  kind: string;
  model: string | null;
  dataset: string | null;
  factors: readonly Factor[];
}

/**
 * An arm's name: its factors' values in order, then model and data set, joined by dots; a number says little alone, so
 * it is joined to what stands before it: `low-rank-0.1.spectral.frobenius-decay.resnet-20.cifar-10`.
 */
export function armNameOf({ kind, model, dataset, factors }: ArmCoordinates): string {
  return [factorsText(kind, factors, { between: '.', before: '-' }), model, dataset]
    .filter((part) => part !== null)
    .join('.');
}

/** Factors that say how an arm is trained, not which it is. */
const ofTuning = ['decay', 'learning_rate', 'tuning'];

/** The name under which an arm's learning rate and λ are found and kept. */
export function tunedArmOf({ kind, model, dataset, factors }: ArmCoordinates): string {
  return armNameOf({ kind, model, dataset, factors: factors.filter(({ name }) => !ofTuning.includes(name)) });
}

/** The most bytes of a cell's name: files are named after cells, with an id and an ending, in at most 255. */
export const longestCellName = 200;

/**
 * A cell's name: its arm's, and the seed; between them a digest of what was set by hand, where anything was:
 * `dense.default.none.resnet-20.cifar-10.set-1a2b3c4d.seed-0`.
 *
 * @throws UsageError where no file could have that name
 */
export function cellNameOf(arm: ArmCoordinates, seed: number, overrides?: Overrides): string {
  const trial = overrides === undefined ? '' : `.set-${shortDigest(canonicalJson(overrides)).slice(0, 8)}`;
  const name = withSeed(`${armNameOf(arm)}${trial}`, seed);
  const bytes = Buffer.byteLength(name);
  if (bytes <= longestCellName) return name;
  throw new UsageError(
    `Cell ${name}: the name has ${bytes} bytes, at most ${longestCellName} can be those of a file; give its method, ` +
      'model or factors shorter names.',
  );
}

/** The name without the seed. */
export function seedless(cell: string): string {
  return cell.replace(/\.seed-\d+$/, '');
}

/** Another seed's name, of a cell or of an arm. */
export function withSeed(name: string, seed: number): string {
  return `${seedless(name)}.seed-${seed}`;
}

/** The seed in a cell's name. */
export function seedOf(cell: string): number {
  const seed = /\.seed-(\d+)$/.exec(cell)?.[1];
  if (seed === undefined) throw new Error(`seedOf: ${cell} is no name of a cell`);
  return Number(seed);
}

/** The factors' values for people: `low-rank 0.1, spectral, frobenius-decay`; those named in `without` are left out. */
export function armLabelOf({ kind, factors }: ArmCoordinates, without: readonly string[] = []): string {
  return factorsText(
    kind,
    factors.filter(({ name }) => !without.includes(name)),
    { between: ', ', before: ' ' },
  );
}

function factorsText(kind: string, factors: readonly Factor[], by: { between: string; before: string }): string {
  const words = wordsOfKind(kind).factors;
  let text = '';
  for (const { name, value } of factors) {
    if (value === words[name]?.silent) continue;
    const shown = words[name]?.text?.(value) ?? value;
    const join = text === '' ? '' : typeof shown === 'number' ? by.before : by.between;
    text += `${join}${shown}`;
  }
  return text;
}
