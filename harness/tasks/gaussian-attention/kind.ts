import { loadKnowledge } from '../../data/triples/knowledge.ts';
import { type AttentionConfig, gaussianAttention as words } from '../../spec/gaussian-attention.ts';
import type { Kind } from '../kind.ts';
import { footballFacts, footballSizes, outlineAttentionCell } from './outline.ts';

/** Questions answered by Gaussian attention over a memory of a knowledge base. */
export const gaussianAttention: Kind<AttentionConfig> = {
  task: words.task,
  outline: (config) => outlineAttentionCell(config),
  // A part of a knowledge base is none: the generated one is drawn smaller, and triples from files are taken as they are.
  limited({ dataset }, most) {
    if (dataset.name !== 'football' || 2 * footballFacts(dataset) <= most) return {};
    const share = most / (2 * footballFacts(dataset));
    return Object.fromEntries(
      footballSizes.map((name) => [`dataset.${name}`, Math.max(1, Math.floor(share * dataset[name]))]),
    );
  },
  tiny: { limit: 150, set: { 'training.epochs': 2, 'encoder.epochs': 2 } },
  batchOf: ({ training }) => training.batchSize,
  dataDigest: async ({ dataset }, dataDir) => (await loadKnowledge(dataset, dataDir)).digest,
  reference: (config) => {
    const { overrides: _, ...rest } = config;
    return { ...rest, method: 'transe', paths: 'facts', seed: 0 };
  },
  load: async () => (await import('./task.ts')).attentionTask,
};
