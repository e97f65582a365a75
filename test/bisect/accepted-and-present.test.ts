import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { acceptedAndPresent } from '../../harness/bisect/commits.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { madeUpRepository } from './made-up-repository.ts';

/** A repository, and git in it. */
async function repository() {
  const root = await temporaryFolder();
  const commits = await madeUpRepository(root, [{ comment: 'first' }, { comment: 'second' }]);
  const git = async (...args: string[]) =>
    (await execa('git', ['-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args], { cwd: root })).stdout;
  return { root, commits, git };
}

test('the accepted commit may have come by a merge, and be on no line to the present one', async () => {
  const { root, commits, git } = await repository();
  await git('checkout', '--quiet', '-b', 'side', commits[0]!);
  await git('commit', '--quiet', '--allow-empty', '--message', 'accepted');
  const accepted = await git('rev-parse', 'HEAD');
  await git('checkout', '--quiet', 'main');
  const clone = { repository: root, prefix: '' };
  expect(await acceptedAndPresent(root, accepted)).toEqual({ clone, shas: { accepted, present: commits[1] } });
  await git('merge', '--quiet', '--no-ff', '--no-edit', 'side');
  const present = await git('rev-parse', 'HEAD');
  expect(await acceptedAndPresent(root, accepted.slice(0, 12))).toEqual({ clone, shas: { accepted, present } });
});

test('what cannot be compared is refused, with what to do', async () => {
  const { root, commits } = await repository();
  await expect(acceptedAndPresent(root, commits[1]!)).rejects.toThrow(
    `--confirm: ${commits[1]!.slice(0, 12)} is the present commit`,
  );
  await expect(acceptedAndPresent(root, 'nowhere')).rejects.toThrow(
    /^--confirm nowhere: is no commit of this repository; fetch it, or/,
  );
  await writeFile(join(root, 'README.md'), 'changed');
  await expect(acceptedAndPresent(root, commits[0]!)).rejects.toThrow('--confirm: tracked files differ');
  await expect(acceptedAndPresent(await temporaryFolder(), 'HEAD')).rejects.toThrow('is no git repository');
});
