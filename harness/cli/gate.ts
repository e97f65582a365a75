import type { Gate } from '../../baselines/gate.ts';
import { askedBy } from '../name-matcher.ts';
import { namesOfProfile } from '../plan/plan.ts';
import type { SuiteSpec } from '../spec/suite.ts';
import type { ProfileName } from '../spec/words.ts';

/**
 * The gated set of a profile, as far as `--only` asks about it. It is the profile's own, with its own seeds: a run of
 * fewer, or of a part, removes nothing.
 */
export function gateOf(suite: SuiteSpec, profile: ProfileName, only: readonly string[] | undefined): Gate {
  return {
    planned: namesOfProfile(suite, profile),
    isAsked: askedBy(only),
  };
}
