import { beforeAll, expect, it } from 'vitest';
import { writeTuning } from '../../../baselines/tuning-file.ts';
import { tunedConfigurationOf } from '../../../harness/cell-id.ts';
import { tunedArmOf } from '../../../harness/cell-name.ts';
import { planCells } from '../../../harness/plan/plan.ts';
import { dataDigests } from '../../../harness/run/run-data.ts';
import { factorOf } from '../../../harness/spec/words.ts';
import { addSuite } from '../../../suites/registry.ts';
import { multi30kText, writeText } from '../../data/text/text-files.ts';
import { textConfig } from '../../helpers/suites.ts';
import { cellsOfMulti30k, translationSuite } from '../../helpers/translation-cells.ts';
import { fixtureWorker, temporaryFolder } from '../../run/helpers.ts';
import { cli } from '../helpers.ts';

const suite = translationSuite((experiment) => {
  experiment.dataset = textConfig(cellsOfMulti30k()[0]!).dataset;
  experiment.arms = [
    {
      method: 'dense',
      factors: { budget: [1], init: ['default'], regularizer: ['none'], tuning: ['shared', 'tuned'] },
    },
  ];
});
suite.name = 'tuned-text';

beforeAll(() => {
  addSuite(suite);
});

/** A folder with the data, and one with the choice of the tuned arm, made on data of this digest. */
async function stored(digestOf: (real: string) => string) {
  const data = await temporaryFolder();
  const folder = await writeText(`${data}/multi30k`, multi30kText);
  const cells = planCells(suite, 'smoke', { present: ['multi30k'], untuned: 'counted' });
  const tuned = cells.find((cell) => factorOf(cell, 'tuning') === 'tuned')!;
  const real = (await dataDigests({ multi30k: folder })(tuned))!;
  const point = { learning_rate: 0.2, decay: null };
  const choice = {
    arm: tunedArmOf(tuned),
    configuration: tunedConfigurationOf(tuned.config),
    ...point,
    by: 'valid_loss',
    better: 'lower' as const,
    grid: [{ ...point, values: [1] }],
    cells: 1,
    training_macs: 1,
    data: digestOf(real),
  };
  const baselinesDir = await temporaryFolder();
  const file = { version: 1, suite: suite.name, profile: 'smoke', shared: null, choices: [choice] } as const;
  await writeTuning({ ...file, choices: [choice] }, baselinesDir);
  const command = async (name: 'plan' | 'suite', ...argv: string[]) => {
    const out = name === 'suite' ? ['--out', await temporaryFolder(), '--no-check', '--no-portable'] : [];
    const options = { baselinesDir, workerPath: fixtureWorker };
    return cli([name, suite.name, '--data', data, ...out, ...argv], options);
  };
  return { command, reason: `${choice.arm}: its learning rate and λ were found on other data (${choice.data})` };
}

it('leaves out a tuned arm whose choice was made on other data, by name with the remedy, and runs the others', async () => {
  const { command, reason } = await stored(() => 'feed');
  const run = await command('suite');
  expect(run.stderr).toContain(`${reason}. Find them with npm run tune -- tuned-text --profile smoke`);
  expect(run.stdout).toMatch(/1 cell planned, 1 with a record: 1 completed/);
  expect(run.exitCode).toBe(1);
  const alone = await command('suite', '--only', '*.tuned.*');
  expect(alone).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(reason) });
});

it('shows the arm in a plan, and says that a run leaves it out', async () => {
  const { command, reason } = await stored(() => 'feed');
  const plan = await command('plan');
  expect(plan).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('dense.default.none.tuned.') });
  expect(plan.stderr).toContain(`A run leaves tuned arms out: suite tuned-text, profile smoke: ${reason}`);
});

it('runs it where the choice was made on these data, and where its data are tried out', async () => {
  const fits = await stored((real) => real);
  expect((await fits.command('plan')).stderr).not.toContain('leaves tuned arms out');
  expect(await fits.command('suite')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/2 cells planned, 2/),
  });
  const { command } = await stored(() => 'feed');
  const trial = await command('suite', '--set', 'dataset.trainExamples=2', '--set', 'dataset.testExamples=1');
  expect(trial).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/2 cells planned, 2/) });
});
