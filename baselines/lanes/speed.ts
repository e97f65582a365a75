import { type ArmSpeed, speedText } from '../speed/judge-speed.ts';
import type { Finding } from './lane.ts';

/** Whether an arm's step takes longer than accepted, beside the dense network's; null where it does not. */
export function speed(arm: ArmSpeed): Finding | null {
  if (arm.call !== 'slower') return null;
  return {
    verdict: 'regressed',
    lane: 'speed',
    reason: `its step is ${speedText(arm)}, over the dense network's. Find the change that did it, or accept it.`,
    quantity: 'step over dense step',
    expected: 1,
    measured: 1 + arm.slower,
    bound: 1 + arm.bound,
  };
}
