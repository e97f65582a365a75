import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import {
  calibratedRates,
  calibrationPath,
  ownMachine,
  writeCalibration,
} from '../../../harness/cli/doctor/calibration-file.ts';
import { referenceRates } from '../../../harness/spec/cost.ts';
import { temporaryFolder } from '../../run/helpers.ts';
import { cli } from '../helpers.ts';

const slow = { ...referenceRates, flopsPerSecond: 1e6, bytesPerSecond: 1e6 };
const found = () =>
  ({
    version: 1,
    machine: ownMachine(),
    measured_at: '2026-12-01T00:00:00.000Z',
    native: slow,
    portable: null,
  }) as const;

it('keeps what was measured of this machine, by arithmetic', async () => {
  const env = { FACTORBENCH_CACHE: await temporaryFolder() };
  expect(await calibratedRates(env, 'native')).toBeNull();
  const path = await writeCalibration(env, found());
  expect(path).toBe(calibrationPath(env));
  expect(await readdir(dirname(path))).toHaveLength(1);
  expect(await calibratedRates(env, 'native')).toEqual(slow);
  expect(await calibratedRates(env, 'portable')).toBeNull();
});

it.each(['', '{', '{}', JSON.stringify({ ...found(), native: { ...slow, scalarSpeed: 0 } })])(
  'refuses a damaged file, naming it and what helps: %j',
  async (text) => {
    const env = { FACTORBENCH_CACHE: await temporaryFolder() };
    await mkdir(dirname(calibrationPath(env)), { recursive: true });
    await writeFile(calibrationPath(env), text);
    await expect(calibratedRates(env, 'native')).rejects.toThrow(
      `${calibrationPath(env)} holds no calibration: delete it, or measure anew with npm run doctor -- --calibrate.`,
    );
  },
);

it('plans with the times of this machine, and shards with those that are the same everywhere', async () => {
  const cache = await temporaryFolder();
  const env = { FACTORBENCH_CACHE: cache };
  const plan = (...more: string[]) => cli(['plan', 'compression', '--no-portable', ...more], { env });
  const shard = async () => JSON.parse((await plan('--shard', '1/3', '--json')).stdout);
  const [before, shardBefore] = [(await plan()).stdout, await shard()];
  await writeCalibration(env, found());
  expect(before).toMatch(/\d+ min .* of computing/);
  expect((await plan()).stdout).toMatch(/\d+ (days|h) .* of computing/);
  expect(await shard()).toEqual(shardBefore);
});
