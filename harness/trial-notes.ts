import { type BaseConfig, overridesText } from './spec/words.ts';

/** Sentences that tell what was tried out in cells, each once. */
export function trialNotes(cells: readonly { config: BaseConfig }[]): string[] {
  const texts = new Set(
    cells.flatMap(({ config: { overrides } }) => (overrides === undefined ? [] : overridesText(overrides))),
  );
  return [...texts].map((text) => `Tried out: ${text}. Cells with it meet no baseline.`);
}

/** Whether a cell was run with values that were set by hand: it then stands for nothing but itself. */
export function isTrial({ config }: { config: BaseConfig }): boolean {
  return config.overrides !== undefined;
}
