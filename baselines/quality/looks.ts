/**
 * The looks of a check that goes on with what is not decided: an arm is judged after 3 seeds, if that does not decide
 * after 5, then after 10, and each look spends its share of the chance of a false alarm. Their sum is what one look
 * would spend, so that the whole keeps its level, however often it went on.
 */
export const looks = [
  { seeds: 3, share: 1 / 4 },
  { seeds: 5, share: 1 / 4 },
  { seeds: 10, share: 1 / 2 },
] as const;

/** What the look that an arm of so many seeds was last judged at may spend: seeds alone tell which one it is. */
export function shareOfLook(seeds: number): number {
  return (looks.find((look) => seeds <= look.seeds) ?? looks.at(-1)!).share;
}
