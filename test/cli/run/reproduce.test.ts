import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { planRun } from '../../../harness/cli/run/plan-command.ts';
import type { SuiteOptions } from '../../../harness/cli/run/suite-options.ts';
import { writeRunFile } from '../../../harness/run/records/run-file.ts';
import type { PlannedCell } from '../../../harness/spec/cell.ts';
import { reproduceSection } from '../../../reports/sections/run-section.ts';
import { bottleneck, methodFile } from '../../helpers/method-files.ts';
import { wordsOfShell } from '../../helpers/shell.ts';
import { capture, recordOfCell, temporaryFolder } from '../../run/helpers.ts';
import { cli, folderWith, smokeCells } from '../helpers.ts';

/** The report's command, as a shell reads it, up to its plan. */
async function planOf(records: Parameters<typeof reproduceSection>[0]['records']) {
  const named = { title: '', suite: '', profile: '' };
  const section = reproduceSection({ ...named, records, missing: [], gaps: [], verdicts: [], notes: [] });
  const block = section!.blocks.find(({ kind }) => kind === 'code') as { text: string };
  const [npm, run, command, separator, ...args] = wordsOfShell(block.text);
  expect([npm, run, separator]).toEqual(['npm', 'run', '--']);
  const { exitCode, stdout, stderr } = await cli([command!, ...args, '--plan', '--json']);
  expect([exitCode, stderr]).toMatchObject([0, expect.not.stringContaining('Error')]);
  return (JSON.parse(stdout) as { cell: string; id: string }[]).map(({ cell, id }) => ({ cell, id }));
}

it('the command that reproduces a cell plans that cell alone, its method’s file wherever it lies', async () => {
  const written = await methodFile(bottleneck);
  const path = join(dirname(written), "o'neil $x", 'my method.js');
  await mkdir(dirname(path));
  await rename(written, path);
  const io = {
    stdout: capture().stream,
    stderr: capture().stream,
    env: { FACTORBENCH_CACHE: await temporaryFolder() },
  };
  const options: SuiteOptions = { profile: 'smoke', threads: 1, device: 'cpu', method: [path] };
  const { cells } = await planRun('compression', options, io, 'look');
  const set = [{ path: 'training.epochs', value: 1 }];
  const { cells: tried } = await planRun('compression', { ...options, set, limit: 100 }, io, 'look');
  const ofFile = ({ config }: PlannedCell) => config.method === 'bottleneck';
  for (const cell of [cells[0]!, cells.find(ofFile)!, tried.find(ofFile)!]) {
    expect(await planOf([recordOfCell(cell)])).toEqual([{ cell: cell.cell, id: cell.id }]);
  }
});

it('a report that is written again names the folder that run.json has of the data', async () => {
  const outDir = await folderWith(smokeCells.slice(0, 1), { data_source: 'files' });
  await writeRunFile(outDir, {
    version: 1,
    suite: 'compression',
    profile: 'smoke',
    command_line: [],
    options: { data: '/My Data' },
    versions: { factorbench: '1.0.0', commit: null, node: 'v20' },
    data: { source: 'files', folder: '/My Data' },
    started_at: '',
    finished_at: '',
    cells_of_plan: 1,
    planned: 1,
    resumed: 0,
    completed: 1,
    diverged: 0,
    failed: 0,
    interrupted: false,
    exit_code: 0,
  });
  expect((await cli(['report', 'compression', '--out', outDir])).exitCode).toBe(0);
  expect(await readFile(join(outDir, 'report.md'), 'utf8')).toContain(
    " --data '/My Data' --no-portable --out reports/out/again",
  );
});
