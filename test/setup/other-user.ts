import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A user id that owns nothing, and that no account has. */
export const stranger = 54321;

const changer = '/usr/bin/setpriv';

/**
 * Test helper: what starts a program as the stranger, whom permissions bind; null where this test's user may not do
 * so.
 */
export const asStranger: string[] | null = process.getuid?.() === 0 && existsSync(changer) && works() ? words() : null;

function words(): string[] {
  return [changer, `--reuid=${stranger}`, `--regid=${stranger}`, '--clear-groups'];
}

function works(): boolean {
  const [file = '', ...args] = words();
  return spawnSync(file, [...args, process.execPath, '--version']).status === 0;
}
