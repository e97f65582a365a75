import { spawnSync } from 'node:child_process';

/** The words that a shell makes of a command line, without running it. */
export function wordsOfShell(command: string): string[] {
  const { stdout, stderr, status } = spawnSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' });
  if (status !== 0 || stderr !== '') throw new Error(`sh ended with ${status}: ${stderr}`);
  return stdout.split('\0').slice(0, -1);
}
