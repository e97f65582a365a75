import type { FolderDataset } from './dataset.ts';

/** A data set that needs files, and what a run without --data would find of it. */
export interface SurveyedDataset extends Pick<FolderDataset, 'name' | 'title' | 'folder' | 'address'> {
  /** Where its files lie; null: nowhere, or they are damaged. */
  readonly found: string | null;
  /** In words, what of the published files is not there; null: nothing, or all of it. */
  readonly lacking: string | null;
  /** What is wrong with the files that were found, and the remedy; null: nothing. */
  readonly damage: string | null;
  /** Where it was looked for, in this order. */
  readonly places: readonly string[];
  /** Where --download would put it. */
  readonly target: string;
  /** What --download would receive; null where the size is not published, 0 where there is nothing to receive. */
  readonly bytes: number | null;
}
