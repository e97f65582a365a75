import { readFileSync, readlinkSync } from 'node:fs';

/**
 * Ticks since boot at which a process started: with the process id it names a process for good, since ids are reused.
 *
 * @param {number} pid
 * @returns {number | null} null where no such process runs (a zombie has ended) or the system has no /proc
 */
export function processStartTicks(pid) {
  let stat;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  return parseStartTicks(stat);
}

/**
 * @param {string} stat text of /proc/<pid>/stat: `pid (name) state ...`, the name may hold spaces and parentheses
 * @returns {number | null} field 22, or null for a zombie or dead process
 */
export function parseStartTicks(stat) {
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .trim()
    .split(' ');
  const [state, ticks] = [fields[0], Number(fields[19])];
  return state === 'Z' || state === 'X' || !Number.isInteger(ticks) ? null : ticks;
}

/**
 * Where this process's id has its meaning: ids and start times compare only within one run of a kernel and one
 * namespace of ids. Containers have namespaces of their own, in each of which the first process has the id 1.
 *
 * @returns {{ boot: string, namespace: string } | null} null where the system does not tell
 */
export function processSpace() {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { boot, namespace: readlinkSync('/proc/self/ns/pid') };
  } catch {
    return null;
  }
}

/**
 * Whether the process that recorded itself as (pid, ticks) on this machine still runs.
 *
 * @param {number} pid
 * @param {number | null} ticks what {@link processStartTicks} gave the owner of itself
 */
export function isProcessAlive(pid, ticks) {
  if (ticks !== null) return processStartTicks(pid) === ticks;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, under another user.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
