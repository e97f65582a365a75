import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { withoutSecrets } from '../run/queue/address.ts';

/**
 * Lets a command refuse an option that is given twice, with different values of which only one could count. Options
 * whose parser collects a list may be repeated.
 */
export function refuseRepeats(command: Command): void {
  for (const option of command.options) {
    let earlier: string | undefined;
    command.on(`option:${option.name()}`, (text: string | null | undefined) => {
      if (typeof text !== 'string' || Array.isArray(command.getOptionValue(option.attributeName()))) return;
      if (earlier !== undefined && earlier !== text) {
        // A password in an address is nobody's business.
        const [first, second] = withoutSecrets([earlier, text]);
        throw new UsageError(`${option.long}: is given twice, as ${first} and ${second}; give it once.`);
      }
      earlier = text;
    });
  }
}
