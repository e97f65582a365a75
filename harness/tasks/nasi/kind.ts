import { needsFiles } from '../../spec/datasets.ts';
import { isSearch, type NasiConfig, nasi as words } from '../../spec/nasi.ts';
import type { Overrides } from '../../spec/words.ts';
import type { Kind } from '../kind.ts';
import { loadNasiData } from './examples.ts';
import { outlineNasiCell } from './outline.ts';

/** Architecture search at initialization. */
export const nasi: Kind<NasiConfig> = {
  task: words.task,
  outline: (config) => outlineNasiCell(config),
  limited(config, most) {
    const { dataset } = config;
    if (dataset.trainExamples <= most) return {};
    const shareOf = (count: number) => Math.max(1, Math.round((count * most) / dataset.trainExamples));
    return {
      'dataset.trainExamples': most,
      'dataset.validationExamples': shareOf(dataset.validationExamples),
      'dataset.testExamples': shareOf(dataset.testExamples),
      ...batchesOf(config, Math.max(2, most)),
    };
  },
  tiny: { limit: 16, set: { 'training.epochs': 2 } },
  reduced(config) {
    const { dataset } = config;
    return {
      ...(needsFiles(dataset) ? { 'dataset.standIn': true } : {}),
      'dataset.trainExamples': 4,
      'dataset.validationExamples': 2,
      'dataset.testExamples': 2,
      'training.batchSize': 2,
      ...batchesOf(config, 2),
      ...(isSearch(config) ? { 'search.samples': 2, 'search.width': 4 } : { 'scoring.inits': 1 }),
    };
  },
  batchOf: ({ training }) => training.batchSize,
  async dataDigest({ dataset }, dataDir) {
    return (await loadNasiData(dataset, dataDir)).digest;
  },
  load: async () => (await import('./task.ts')).nasiTask,
};

/** The fields that leave batches of scores or searches at most so large. */
function batchesOf(config: NasiConfig, most: number): Overrides {
  if (isSearch(config)) return config.search.examples <= most ? {} : { 'search.examples': most };
  const { examples, exactExamples } = config.scoring;
  return {
    ...(examples <= most ? {} : { 'scoring.examples': most }),
    ...(exactExamples <= most ? {} : { 'scoring.exactExamples': most }),
  };
}
