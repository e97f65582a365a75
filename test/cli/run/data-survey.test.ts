import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { surveyData } from '../../../harness/cli/run/data-survey.ts';
import { folderDatasets } from '../../../harness/data/registry.ts';
import { recordsOf, writeCifar10 } from '../../data/images/cifar-files.ts';
import { multi30kText, writeText } from '../../data/text/text-files.ts';
import { temporaryFolder } from '../../run/helpers.ts';

it('tells of every data set whether it is there, where it was looked for, and what a download receives', async () => {
  const root = await temporaryFolder();
  const [checkout, cache] = [join(root, 'checkout'), join(root, 'cache')];
  const there = await writeCifar10(join(checkout, 'data'), {
    'data_batch_1.bin': recordsOf([1]),
    'test_batch.bin': recordsOf([2]),
  });
  const text = await writeText(join(cache, 'data', 'multi30k'), multi30kText);
  const survey = () => surveyData({ env: { FACTORBENCH_CACHE: cache }, checkout });
  const found = await survey();
  expect(found.map(({ name }) => name)).toEqual(folderDatasets.map(({ name }) => name));
  const of = (surveyed: typeof found, wanted: string) => surveyed.find(({ name }) => name === wanted);
  const places = [join(checkout, 'data'), join(cache, 'data')];
  expect(of(found, 'cifar-10')).toMatchObject({ found: there, damage: null, places, bytes: 170_052_171 });
  expect(of(found, 'multi30k')).toMatchObject({ found: text, damage: null, bytes: null });
  expect(of(found, 'cifar-100')).toMatchObject({ found: null, damage: null, target: join(cache, 'data') });
  await writeFile(join(there, 'test_batch.bin'), 'short');
  expect(of(await survey(), 'cifar-10')).toMatchObject({
    found: null,
    damage: expect.stringMatching(/test_batch\.bin: 5 bytes .*; fetch the binary version of CIFAR-10/),
  });
});

it('looks only where FACTORBENCH_DATA says', async () => {
  const root = await temporaryFolder();
  const [survey] = await surveyData({ env: { FACTORBENCH_DATA: root }, checkout: join(root, 'checkout') });
  expect(survey).toMatchObject({ found: null, places: [root], target: root });
});
