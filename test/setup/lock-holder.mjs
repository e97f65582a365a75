/** Takes a lock and holds it until it is killed or told to end: `lock-holder.mjs PATH [exit]`. */
import { acquireLock } from '../../harness/setup/lock.mjs';

await acquireLock(process.argv[2] ?? '', { purpose: 'holding' });
process.stdout.write('held\n');
if (process.argv[3] !== 'exit') setInterval(() => {}, 1000);
