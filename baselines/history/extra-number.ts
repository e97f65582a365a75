/** Times that one night's suspect gets more seeds. */
export const extraTimes = 2;

/** Cells that a suspect group's extra seeds are to be, and the most arms that a group may have to get any. */
const [cellsOfGroup, mostArms] = [40, 20];

/** Extra seeds of a suspect series of so many arms: 10 of an arm, about 40 cells of a group; 0 of a large one. */
export function extraNumber(arms: number): number {
  if (arms === 1) return 10;
  return arms > mostArms ? 0 : Math.max(1, Math.round(cellsOfGroup / arms));
}
