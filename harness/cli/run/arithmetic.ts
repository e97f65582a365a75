import { obstacleToPortable, type Processor } from '../../engine/environment.ts';
import { UsageError } from '../../errors.ts';
import type { Arithmetic } from '../../fingerprint.ts';
import { readCpu } from '../../setup/machine.mjs';
import type { ProfileName } from '../../spec/words.ts';
import type { SuiteOptions } from './suite-options.ts';

/** The processor of this machine. */
export function ownProcessor(): Processor {
  return { arch: process.arch, instructionSet: process.arch === 'x64' ? readCpu().instructionSet : [] };
}

/**
 * The arithmetic of a run: as the options say; else portable for `smoke` where the processor can, so that a baseline
 * stored on one machine is reproduced on others, and native for what takes long.
 *
 * @throws UsageError where portable arithmetic is asked for and cannot be
 */
export function arithmeticFor(
  { portable, device }: Pick<SuiteOptions, 'portable' | 'device'>,
  profile: ProfileName,
  processor: Processor,
): Arithmetic {
  if (portable === false) return 'native';
  const obstacle = obstacleTo(device, processor);
  if (portable === true && obstacle !== null) throw new UsageError(`--portable: ${obstacle}; leave it away.`);
  return obstacle === null && (portable === true || profile === 'smoke') ? 'portable' : 'native';
}

function obstacleTo(device: SuiteOptions['device'], processor: Processor): string | null {
  return device === 'gpu' ? 'is for processors, not for --device gpu' : obstacleToPortable(processor);
}
