import { resolve } from 'node:path';
import { suites } from '../../../suites/registry.ts';
import { UsageError } from '../../errors.ts';
import { checkedSuite } from '../../plan/checked-suite.ts';
import type { ProfileSpec, SuiteSpec } from '../../spec/suite.ts';
import { type ProfileName, profileNames } from '../../spec/words.ts';
import { suggestion } from '../../suggest.ts';
import { checkoutFolder } from '../checkout.ts';

export interface SelectedSuite {
  suite: SuiteSpec;
  profile: ProfileName;
  profileSpec: ProfileSpec;
}

/** A suite by its name, held against the schema. Throws UsageError with suggestions, or with what is wrong. */
export function suiteNamed(name: string | undefined): SuiteSpec {
  const names = suites.map((suite) => suite.name);
  if (name === undefined) throw new UsageError(`Name a suite. ${suggestion('', names)}`);
  const suite = suites.find((known) => known.name === name);
  if (suite === undefined) throw new UsageError(`There is no suite '${name}': ${suggestion(name, names)}`);
  return checkedSuite(suite);
}

/**
 * The names of the suites that a command line asks for: those given, or with `all` every one that has the profile.
 *
 * @throws UsageError where there is none, where one is named twice, and where `all` comes with names
 */
export function askedSuites(names: readonly string[], { all, profile }: { all?: boolean; profile: string }): string[] {
  if (all === true) {
    if (names.length > 0) throw new UsageError(`--all: runs every suite; leave '${names.join(' ')}' or --all away.`);
    return suitesWith(profile).map(({ name }) => name);
  }
  if (names.length === 0) return [suiteNamed(undefined).name];
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw new UsageError(`suite ${twice}: is named twice; name it once.`);
  return [...names];
}

/** The suites that have a profile. Throws UsageError where none has it. */
export function suitesWith(profile: string): SuiteSpec[] {
  const having = suites.filter(({ profiles }) => Object.hasOwn(profiles, profile));
  if (having.length > 0) return having;
  throw new UsageError(`--profile ${profile}: no suite has it: ${suggestion(profile, profileNames)}`);
}

/** Finds a suite and its profile by name. Throws UsageError with suggestions. */
export function selectSuite(name: string | undefined, profile: string): SelectedSuite {
  const suite = suiteNamed(name);
  const known = profileNames.filter((candidate) => suite.profiles[candidate] !== undefined);
  const selected = known.find((candidate) => candidate === profile);
  const profileSpec = selected === undefined ? undefined : suite.profiles[selected];
  if (selected === undefined || profileSpec === undefined) {
    throw new UsageError(
      `--profile ${profile}: suite ${suite.name} has no such profile: ${suggestion(profile, known)}`,
    );
  }
  return { suite, profile: selected, profileSpec };
}

/** The output folder: --out, an absolute path, else `reports/out/<suite>-<profile>` in the checkout. */
export function outputFolder(out: string | undefined, suite: string, profile: string): string {
  return out === undefined ? resolve(checkoutFolder(), 'reports', 'out', `${suite}-${profile}`) : out;
}
