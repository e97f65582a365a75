import { roundHalfEven } from './round.ts';

/** r = max(1, round(s·full)) */
export function scaledRank(scale: number, full: number): number {
  return Math.max(1, roundHalfEven(scale * full));
}
