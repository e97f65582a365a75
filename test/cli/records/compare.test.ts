import { join } from 'node:path';
import { expect, it } from 'vitest';
import { storeAt, writeRecord } from '../../../harness/run/records/store.ts';
import { failureOfCell } from '../../run/helpers.ts';
import { cli, folderWith, smokeCells } from '../helpers.ts';

const cells = smokeCells.slice(0, 2);
const [first, second] = cells as [(typeof cells)[0], (typeof cells)[0]];

it('compares two folders', async () => {
  const [before, after] = [await folderWith([first]), await folderWith([first], { value: 0.6, weights_digest: 'new' })];
  const { exitCode, stdout, stderr } = await cli(['compare', before, after]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toContain('| 0, paired | 55.00 % | 60.00 % | +5.00 | – | – | 1.00 | equal | 0 of 1 |');
});

it('refuses folders that are not there, hold nothing, or have nothing in common, naming them', async () => {
  const [before, after] = [await folderWith([first]), await folderWith([second])];
  for (const [other, says] of [
    [join(after, 'absent'), 'absent'],
    [await folderWith([]), 'holds no records'],
    [after, 'have no arm with a completed seed in both'],
  ] as const) {
    const { exitCode, stderr } = await cli(['compare', before, other]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
    expect(stderr).toContain(other);
    expect(stderr.trim()).not.toContain('\n');
  }
});

it('compares only what --only chooses', async () => {
  const [before, after] = [await folderWith(cells), await folderWith(cells)];
  const chosen = JSON.parse((await cli(['compare', before, after, '--json', '--only', first.cell])).stdout);
  expect(chosen).toMatchObject([{ suite: 'compression', arms: [{ difference: 0, bitIdentical: 1 }] }]);
  const none = await cli(['compare', before, after, '--only', 'x', '--only', 'y']);
  expect(none.exitCode).toBe(2);
  expect(none.stderr).toContain(`--only x --only y: matches none of 2 records in ${before}`);
  const some = await cli(['compare', before, after, '--only', first.cell, '--only', 'y']);
  expect(some.stderr).toMatch(/^--only y: matches none of 2 records/);
});

it('prints CSV or JSON alone, not both', async () => {
  const [before, after] = [await folderWith([first]), await folderWith([first])];
  const csv = await cli(['compare', before, after, '--csv']);
  expect(csv.stdout.split('\n')).toHaveLength(3);
  const both = await cli(['compare', before, after, '--csv', '--json']);
  expect(both).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--json with --csv') });
});

it('exits with 1 where an arm is worse by more than --fail-below, and names it on stderr', async () => {
  const [before, after] = [await folderWith(cells), await folderWith(cells, { value: 0.54 })];
  const failing = await cli(['compare', before, after, '--fail-below', '0.005', '--json']);
  expect(failing.exitCode).toBe(1);
  expect(JSON.parse(failing.stdout)).toHaveLength(1);
  expect(failing.stderr).toContain('accuracy 55.00 % before, 54.00 % after, -1.00 points');
  expect((await cli(['compare', before, after, '--fail-below', '0.01'])).exitCode).toBe(0);
  expect((await cli(['compare', after, before, '--fail-below', '0'])).exitCode).toBe(0);
});

it('exits with 1 where an arm failed, though the others are as good', async () => {
  const [before, after] = [await folderWith(cells), await folderWith([first])];
  await writeRecord(storeAt(after), failureOfCell(second, 'it broke'));
  expect((await cli(['compare', before, after])).exitCode).toBe(0);
  const { exitCode, stderr } = await cli(['compare', before, after, '--fail-below', '1']);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('cannot be judged, no completed seed in');
});

it.each(['', '-1', 'x', '1e999', '0x10', 'NaN'])('refuses --fail-below %j', async (value) => {
  const { exitCode, stderr } = await cli(['compare', 'a', 'b', `--fail-below=${value}`]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^--fail-below .*: expected a number of at least 0/);
});
