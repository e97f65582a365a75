import { tunedConfigurationOf } from '../cell-id.ts';
import { type ArmCoordinates, tunedArmOf } from '../cell-name.ts';
import { UsageError } from '../errors.ts';
import type { ProfileSpec, SuiteSpec } from '../spec/suite.ts';
import type { Grid, Tuning, TuningChoice } from '../spec/tuning.ts';
import type { Arm, BaseConfig, BaseExperiment, ProfileName } from '../spec/words.ts';

/** What was found for a tuned arm of a configuration; where nothing was, why it cannot be run. */
export function choiceFor(
  arm: ArmCoordinates,
  config: BaseConfig,
  choices: readonly TuningChoice[],
): { choice: TuningChoice; refusal: null } | { choice: null; refusal: string } {
  const name = tunedArmOf(arm);
  const choice = choices.find((found) => found.arm === name);
  if (choice === undefined) {
    return { choice: null, refusal: `${name}: no learning rate and λ were found for it` };
  }
  if (choice.configuration === tunedConfigurationOf(config)) return { choice, refusal: null };
  return {
    choice: null,
    refusal: `${name}: its learning rate and λ were found for another configuration (${choice.configuration})`,
  };
}

/** What a cell tells of the choice that it was given. */
export function costOf({ cells, training_macs, data }: TuningChoice): Tuning {
  return { cells, training_macs, data };
}

/**
 * The suite whose cells find the learning rates and λ of a profile's tuned arms, each under every pair of the grid, and λ
 * for all arms: the dense network that is not tuned under every λ of it.
 *
 * @throws UsageError where the profile has no grid, or neither a tuned arm nor a dense one
 */
export function tuningSuite(suite: SuiteSpec, profileName: ProfileName): SuiteSpec {
  const profile = suite.profiles[profileName];
  const grid = profile?.tuning;
  if (profile === undefined || grid === undefined) {
    throw new UsageError(
      `suite ${suite.name}, profile ${profileName}: has no grid to tune on; profiles that have: ${withGrid(suite)}.`,
    );
  }
  const experiments = profile.experiments
    .map((experiment): BaseExperiment => ({ ...experiment, arms: gridArms(experiment.arms, grid) }))
    .filter(({ arms }) => arms.length > 0);
  if (experiments.length === 0) {
    throw new UsageError(`suite ${suite.name}, profile ${profileName}: has neither a tuned arm nor a dense one.`);
  }
  const { tuning: _tuning, ...rest } = profile;
  const tuned: ProfileSpec = { ...rest, experiments, seeds: grid.seeds };
  return { ...suite, profiles: { [profileName]: tuned } };
}

function withGrid({ profiles }: SuiteSpec): string {
  const having = Object.entries(profiles).filter(([, profile]) => profile.tuning !== undefined);
  return having.map(([name]) => name).join(', ') || 'none';
}

/** The arms under every pair of the grid, and the dense network that is not tuned at the learning rate of all arms. */
function gridArms(arms: readonly Arm[], { learningRate, decay }: Grid): Arm[] {
  const tuned = arms.filter(({ factors }) => factors.tuning?.includes('tuned') === true);
  const dense = arms.filter(({ method }) => method === 'dense' && !tuned.some((arm) => arm.method === method));
  const under = ({ seeds: _seeds, ...arm }: Arm, grid: Arm['factors']): Arm => {
    const { tuning: _tuning, ...factors } = arm.factors;
    return { ...arm, factors: { ...factors, ...grid } };
  };
  return [
    ...dense.map((arm) => under(arm, { decay })),
    ...tuned.map((arm) => under(arm, { decay, learning_rate: learningRate })),
  ];
}
