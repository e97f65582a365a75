import { execa } from 'execa';
import { readVersions } from '../run/records/run-file.ts';

/** What `--version` prints: `factorbench 0.1.0, commit 1a2b3c... with changes, Node v20.19.0`. */
export async function versionText(root: string): Promise<string> {
  const { factorbench, commit, node } = await readVersions(root);
  const state = commit === null ? 'no commit' : `commit ${commit}${(await isDirty(root)) ? ' with changes' : ''}`;
  return `factorbench ${factorbench}, ${state}, Node ${node}`;
}

/** Whether files of a git checkout differ from its commit, new ones included. */
async function isDirty(root: string): Promise<boolean> {
  const { stdout } = await execa('git', ['status', '--porcelain'], { cwd: root });
  return stdout !== '';
}
