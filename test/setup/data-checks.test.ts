import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SurveyedDataset } from '../../harness/data/surveyed.ts';
import { checkData, checkDataset, checkDatasets, surveyModule } from '../../harness/setup/data-checks.mjs';
import { ensureSetUp } from '../../harness/setup/ensure.mjs';
import { makeCheckout, makeFolder } from './fake-checkout.ts';

let folder: string;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('an empty data folder holds no data: generated data is used', () => {
  const data = join(folder, 'data');
  const check = () => checkData(folder, join(folder, 'cache'), undefined);
  mkdirSync(data);
  expect(check()).toMatchObject({ status: 'warn', detail: 'none: generated data is used' });
  writeFileSync(join(data, 'train.bin'), '');
  expect(check()).toMatchObject({ status: 'ok', detail: data });
});

const surveyed: SurveyedDataset = {
  name: 'mine',
  title: 'Mine',
  folder: 'my-files',
  address: 'https://example.org/mine.zip',
  found: null,
  lacking: null,
  damage: null,
  places: ['/here', '/there'],
  target: '/there',
  bytes: 170e6,
};

describe('a data set', () => {
  it('that is there is told with its folder', () => {
    expect(checkDataset({ ...surveyed, found: '/here/my-files' })).toEqual({
      name: 'data mine',
      status: 'ok',
      detail: '/here/my-files',
      remedy: null,
    });
  });

  it('that is there in part is told with what it lacks', () => {
    const { status, detail } = checkDataset({ ...surveyed, found: '/here/my-files', lacking: 'a.bin not there' });
    expect([status, detail]).toEqual(['warn', '/here/my-files: a.bin not there']);
  });

  it('that is not there is told with the places where it was looked for and how to get it', () => {
    const { status, detail, remedy } = checkDataset(surveyed);
    expect([status, detail]).toEqual(['warn', 'Mine was not found in /here, nor in /there']);
    expect(remedy).toBe(
      'a run with --download fetches it (170 MB); ' +
        'or put its folder my-files/ into /there, from https://example.org/mine.zip',
    );
    expect(checkDataset({ ...surveyed, bytes: null }).remedy).toContain('fetches it; or');
  });

  it('that is damaged is told with what is wrong, whose message has the remedy', () => {
    const damage = 'Mine: /here/train.bin is empty; fetch it again';
    expect(checkDataset({ ...surveyed, damage })).toMatchObject({ status: 'warn', detail: damage, remedy: null });
  });
});

describe('the data sets of a checkout', () => {
  it('are listed once the build is there and of the present sources', async () => {
    const checkout = makeCheckout(folder);
    const check = () => checkDatasets(checkout.context());
    const later = [{ name: 'data sets', status: 'warn', detail: expect.any(String), remedy: 'npm run setup' }];
    expect(await check()).toEqual(later);
    await ensureSetUp(checkout.context(), { write: () => true });
    // The stand-in for the compiler makes no such module.
    expect(await check()).toEqual(later);
    const objects = JSON.stringify([surveyed]);
    checkout.write(`build/${surveyModule}.js`, `export const surveyData = async ({ checkout }) => ${objects};`);
    expect(await check()).toEqual([checkDataset(surveyed)]);
    checkout.write('suites/second.ts', '1');
    expect(await check()).toEqual(later);
  });

  it('that cannot be listed say why, and hide no other check', async () => {
    const checkout = makeCheckout(folder);
    await ensureSetUp(checkout.context(), { write: () => true });
    checkout.write(`build/${surveyModule}.js`, "import 'not-installed';");
    expect(await checkDatasets(checkout.context())).toMatchObject([
      { name: 'data sets', status: 'missing', detail: expect.stringContaining('not-installed') },
    ]);
  });

  it('are surveyed by a module that the sources have', () => {
    const source = new URL(`../../${surveyModule}.ts`, import.meta.url);
    expect(existsSync(source)).toBe(true);
    expect(readFileSync(source, 'utf8')).toContain('export function surveyData(');
  });
});
