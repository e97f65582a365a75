import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { fixtureDefinition } from '../helpers/definitions.ts';

/** What a commit of a made-up repository is like. */
export interface Made {
  /** What the engine is asked. */
  momentum?: number;
  /** What decides bits and no definition. */
  bits?: string;
  /** Mean of the value over seeds, whose standard deviation is 1. */
  mean?: number;
  /** Whether a training gives the same bits again. */
  repeats?: boolean;
  /** How it cannot be asked. */
  broken?: 'set-up' | 'training';
  /** Of before definitions were told. */
  old?: boolean;
  /** Code that decides no result. */
  comment?: string;
  /** No code. */
  manual?: string;
  /** A second parent. */
  merges?: boolean;
}

/** The command line of every commit, without an engine. */
const entry = await readFile(new URL('fixtures/made-up-start.mjs', import.meta.url), 'utf8');

/** A git repository with these commits on its branch `main`, the earliest first; gives their names. */
export async function madeUpRepository(folder: string, commits: readonly Made[]): Promise<string[]> {
  const git = async (args: string[], input = '') => (await execa('git', args, { cwd: folder, input })).stdout;
  await git(['init', '--quiet', '--initial-branch', 'main']);
  await git(['fast-import', '--quiet', `--export-marks=${join(folder, '.git', 'marks')}`], streamOf(commits));
  await git(['reset', '--quiet', '--hard', 'main']);
  const marks = await readFile(join(folder, '.git', 'marks'), 'utf8');
  const names = new Map(marks.split('\n').map((line) => line.split(' ') as [string, string]));
  return commits.map((_, at) => names.get(`:${at + 1}`)!);
}

/** A stream of git fast-import. */
function streamOf(commits: readonly Made[]): string {
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const file = (path: string, text: string) => `M 100644 inline ${path}\n${data(text)}`;
  return commits
    .map(({ comment = '', manual = '', merges = false, ...made }, at) => {
      const parents = at === 0 ? '' : `from :${at}\n${merges ? `merge :${at - 1}\n` : ''}`;
      const head = `commit refs/heads/main\nmark :${at + 1}\ncommitter A <a@b.c> ${1.8e9 + 3600 * at} +0000\n`;
      return [
        head,
        data(`change ${at}`),
        parents,
        file('harness/setup/start.mjs', entry),
        file('harness/made.json', JSON.stringify(made)),
        file('harness/comment.txt', comment),
        file('harness/definition.json', JSON.stringify(fixtureDefinition())),
        file('README.md', manual),
        '\n',
      ].join('');
    })
    .join('');
}
