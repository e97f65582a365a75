import { expect, it } from 'vitest';
import type { SuiteSpec } from '../../../harness/spec/suite.ts';
import { addSuite } from '../../../suites/registry.ts';
import { fixtureSuite, setting } from '../../helpers/suites.ts';
import { cli } from '../helpers.ts';

// This file's own copy of the registry: no other test sees the suite.
const broken: SuiteSpec = { ...fixtureSuite(setting('training.epochs', 0)), name: 'broken' };
addSuite(broken);

it.each([
  [['suite', 'broken']],
  [['suite', 'broken', '--plan']],
  [['plan', 'broken']],
  [['list', 'broken']],
  [['list']],
  [['check', 'broken']],
])('ends %j with 2 before anything else, naming the suite’s file and the place', async (argv) => {
  expect(await cli(argv)).toEqual({
    exitCode: 2,
    stdout: '',
    stderr:
      'suites/broken.ts: profiles.smoke.experiments.0.training.epochs: Too small: expected number to be >0. ' +
      'Mend these fields of the suite.\n',
  });
});

it('leaves other suites as they are', async () => {
  expect(await cli(['plan', 'compression', '--only', 'dense*'])).toMatchObject({ exitCode: 0 });
});
