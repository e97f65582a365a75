import { roundHalfEven } from './round.ts';

/** r = max(1, round(s·full)) */
export function scaledRank(scale: number, full: number): number {
  return Math.max(1, roundHalfEven(scale * full));
}

/** For people: that ranks are less than the scale asks for; nothing where they are not. */
export function cutWarning(asked: readonly number[], ranks: readonly number[]): string | undefined {
  if (ranks.every((rank, k) => rank === asked[k])) return undefined;
  return `ranks ${asked.join(', ')} are cut to ${ranks.join(', ')}, the most here`;
}
