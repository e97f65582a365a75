import type { Baseline } from './baseline.ts';
import { counted } from './wording.ts';

const day = 24 * 3600 * 1000;

/** How old a baseline is, and of what: `last accepted on 2026-11-24, 5 days ago, at commit 0123456789ab`. */
export function provenanceOf({ history }: Baseline, now: Date = new Date()): string {
  const last = history.at(-1);
  if (last === undefined) return 'accepted nobody knows when';
  const days = Math.floor((now.getTime() - Date.parse(last.at)) / day);
  const age = Number.isFinite(days) ? `, ${counted(Math.max(0, days), 'day')} ago` : '';
  const commit = last.commit ? `commit ${last.commit.slice(0, 12)}` : 'a commit that it does not tell';
  return `last accepted on ${last.at.slice(0, 10)}${age}, at ${commit}`;
}
