import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkData } from '../../harness/setup/checks.mjs';
import { makeFolder } from './fake-checkout.ts';

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
