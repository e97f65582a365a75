import type { FolderDataset } from '../../data/dataset.ts';
import { folderDatasets } from '../../data/registry.ts';
import type { SurveyedDataset } from '../../data/surveyed.ts';
import { UsageError } from '../../errors.ts';
import { findIn, searchPlaces } from './data-folder.ts';

/**
 * Looks for every data set that needs files, where a run without --data would. Loaded by the doctor, out of the build.
 */
export function surveyData(options: { env: NodeJS.ProcessEnv; checkout: string }): Promise<SurveyedDataset[]> {
  const { places, target } = searchPlaces({ data: undefined, ...options });
  return Promise.all(
    folderDatasets.map(async (dataset) => {
      const { name, title, folder, address, downloads } = dataset;
      const sizes = downloads.map(({ bytes }) => bytes).filter((bytes) => bytes !== null);
      const bytes = sizes.length === downloads.length ? sizes.reduce((sum, size) => sum + size, 0) : null;
      const { found, lacking, damage } = await lookFor(dataset, places);
      return { name, title, folder, address, found, lacking, damage, places, target, bytes };
    }),
  );
}

async function lookFor(
  dataset: FolderDataset,
  places: readonly string[],
): Promise<Pick<SurveyedDataset, 'found' | 'lacking' | 'damage'>> {
  try {
    const found = await findIn(dataset, places);
    return { found: found?.folder ?? null, lacking: found?.lacking ?? null, damage: null };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { found: null, lacking: null, damage: error.message };
  }
}
