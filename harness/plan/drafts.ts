import { idOf } from '../cell-id.ts';
import { cellNameOf } from '../cell-name.ts';
import { UsageError } from '../errors.ts';
import type { JoinedMethod } from '../methods/joined.ts';
import { seedsOfNight } from '../night.ts';
import type { KindWords } from '../spec/kind-words.ts';
import { wordsOfKind } from '../spec/kinds.ts';
import type { ProfileSpec } from '../spec/suite.ts';
import type { Tuning, TuningChoice } from '../spec/tuning.ts';
import type { Arm, BaseConfig, BaseExperiment, Factor, FactorValue, ProfileName } from '../spec/words.ts';
import { armsOf } from './arms.ts';
import { problemsOf } from './checked-suite.ts';
import { choiceFor, costOf } from './tuned.ts';

/** An experiment, and what decides its cells beside it. */
export interface ExperimentContext {
  suite: string;
  profileName: ProfileName;
  profile: ProfileSpec;
  experiment: BaseExperiment;
  /** The experiment's data set or its stand-in; null: it has none. */
  dataset: { name: string } | null;
  /** Replicates instead of the profile's number and the arms'. */
  seeds: number | undefined;
  /** The date that decides the seeds; left out: they are the first of the profile's number. */
  night?: string | undefined;
  /** Further fresh seeds of each arm in the night; left out: none. */
  extra?: number | undefined;
  methods: readonly JoinedMethod[];
  /** What was found for tuned arms. */
  choices: readonly TuningChoice[];
}

/** A cell by name and configuration, before anything is computed for it. */
export interface Draft {
  id: string;
  cell: string;
  config: BaseConfig;
  factors: Factor[];
  /** Its method; null: a word of the kind's own. */
  used: JoinedMethod | null;
  context: ExperimentContext;
  /** What its learning rate and λ were found by; only of a tuned cell. */
  tuning?: Tuning | undefined;
  /** Why it cannot be run, though it can be named: nothing was found for its tuned arm. */
  untuned?: string | undefined;
}

/** The cells of an experiment: model by model, seed by seed, arm by arm. */
export function draftsOf(context: ExperimentContext): Draft[] {
  const { profile, experiment } = context;
  const words = wordsOfKind(experiment.task);
  const arms = armsOf(experiment, context.methods).map((joined) => ({
    ...joined,
    combinations: combinationsOf(words, joined.arm),
  }));
  const { night, extra = 0 } = context;
  const ofNight = night === undefined ? null : seedsOfNight(context.suite, context.profileName, night, extra);
  // Who asks for further seeds asks for all arms alike.
  const ofArm = (arm: Arm) => (extra > 0 ? undefined : arm.seeds);
  const numberOf = (arm: Arm) => context.seeds ?? ofArm(arm) ?? ofNight?.length ?? profile.seeds;
  const most = Math.max(...arms.map(({ arm }) => numberOf(arm)));
  const seeds = ofNight ?? Array.from({ length: most }, (_, seed) => seed);
  return (experiment.models ?? [null]).flatMap((model) =>
    seeds.flatMap((seed, replicate) =>
      arms.flatMap(({ arm, used, combinations }) =>
        (replicate < numberOf(arm) ? combinations : []).map((factors) =>
          draftOf(context, words, { arm, used, factors, model, seed }),
        ),
      ),
    ),
  );
}

/** Every combination of an arm's factors, in the words' order, without what is idle in it, each once. */
function combinationsOf(words: KindWords, { factors }: Arm): Record<string, FactorValue>[] {
  const names = Object.keys(words.factors).filter((name) => factors[name] !== undefined);
  const all = product(names.map((name) => factors[name] ?? [])).map((values) => {
    const combination = Object.fromEntries(values.map((value, at) => [names[at] ?? '', value]));
    for (const name of words.idle?.(combination) ?? []) delete combination[name];
    return combination;
  });
  return [...new Map(all.map((combination) => [JSON.stringify(combination), combination])).values()];
}

/** Every choice of one value from each list; the last list varies fastest. */
export function product<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((chosen, list) => chosen.flatMap((start) => list.map((value) => [...start, value])), [[]]);
}

interface Chosen {
  arm: Arm;
  used: JoinedMethod | null;
  factors: Record<string, FactorValue>;
  model: object | null;
  seed: number;
}

function draftOf(context: ExperimentContext, words: KindWords, chosen: Chosen): Draft {
  const { arm, used, factors, seed } = chosen;
  const plain = configOf(context, words, chosen, null);
  const coordinates = [{ name: 'method', value: arm.method }, ...Object.entries(factors).map(toFactor)];
  const named = { kind: words.task, model: words.model(plain), dataset: words.dataset(plain), factors: coordinates };
  const drafted = { cell: cellNameOf(named, seed), factors: coordinates, used, context };
  if (factors.tuning !== 'tuned') return { ...drafted, id: idOf(plain), config: plain };
  const { choice, refusal } = choiceFor(named, plain, context.choices);
  if (choice === null) return { ...drafted, id: idOf(plain), config: plain, untuned: refusal };
  const config = configOf(context, words, chosen, choice);
  return { ...drafted, id: idOf(config), config, tuning: costOf(choice) };
}

/** A cell's configuration, held against its kind's schema. */
function configOf(
  { suite, profileName, experiment, dataset }: ExperimentContext,
  words: KindWords,
  { arm: { method, budgetUnit }, used, factors, model, seed }: Chosen,
  tuned: TuningChoice | null,
): BaseConfig {
  const file = used?.file ?? null;
  const given = words.configOf(experiment, { model, dataset, method, factors, budgetUnit, tuned, seed });
  const parsed = words.config.safeParse(file === null ? given : { ...(given as object), methodDigest: file.sha256 });
  if (parsed.success) return parsed.data;
  const issues = problemsOf(parsed.error.issues).join('; ');
  throw new UsageError(`suite ${suite}, profile ${profileName}: an arm of method ${method} makes no cell: ${issues}`);
}

function toFactor([name, value]: [string, FactorValue]): Factor {
  return { name, value };
}
