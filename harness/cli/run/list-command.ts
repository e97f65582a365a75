import { suites } from '../../../suites/registry.ts';
import { checkedSuite } from '../../plan/checked-suite.ts';
import { neededDatasets, planCells } from '../../plan/plan.ts';
import { exitCodes } from '../../run/exit-code.ts';
import { formatDuration } from '../../run/progress-estimate.ts';
import { profileNames } from '../../spec/words.ts';
import { type Io, table } from '../io.ts';
import { defaultJobs } from '../parse-options.ts';
import { joinMethods } from './join-methods.ts';
import { findData, planned } from './plan-command.ts';
import { suiteNamed } from './select-suite.ts';
import type { SuiteOptions } from './suite-options.ts';

/**
 * Lists suites and profiles, one a line: number of cells, and the estimated time with the given or default --jobs, in
 * JSON in minutes.
 */
export async function listCommand(
  names: readonly string[],
  options: Pick<SuiteOptions, 'jobs' | 'threads' | 'seeds' | 'method' | 'data' | 'download' | 'json'>,
  io: Io,
): Promise<number> {
  const chosen = names.length === 0 ? suites.map(checkedSuite) : names.map(suiteNamed);
  const { seeds } = options;
  const known = chosen.flatMap((suite) =>
    profileNames.filter((profile) => suite.profiles[profile] !== undefined).map((profile) => ({ suite, profile })),
  );
  const plans = known.map(({ suite, profile }) => ({ suite: suite.name, profile }));
  const { methods, refusals } = await joinMethods(options.method, plans);
  const profiles = known.map(({ suite, profile }) => ({
    suite,
    profile,
    needed: neededDatasets(suite, profile, { seeds, methods }),
  }));
  const sought = new Set(profiles.flatMap(({ needed }) => needed.map((dataset) => dataset.name)));
  const folders = await findData([...sought], options, io);
  const jobs = options.jobs ?? defaultJobs(options.threads);
  const lines = profiles.map(({ suite, profile, needed }) => {
    const present = planned(needed, folders);
    const cells = planCells(suite, profile, { present, seeds, methods, untuned: 'counted' }, () => undefined);
    const seconds = cells.reduce((sum, cell) => sum + cell.estimatedSeconds, 0) / jobs;
    return { suite: suite.name, profile, cells: cells.length, seconds };
  });
  if (options.json === true) {
    const rows = lines.map(({ seconds, ...line }) => ({ ...line, estimated_minutes: Math.ceil(seconds / 6) / 10 }));
    io.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  } else {
    io.stdout.write(
      table(lines.map((line) => [line.suite, line.profile, line.cells, 'cells', formatDuration(line.seconds)])),
    );
  }
  for (const refusal of new Set(refusals)) io.stderr.write(`${refusal}\n`);
  return refusals.length > 0 ? exitCodes.usage : exitCodes.passed;
}
