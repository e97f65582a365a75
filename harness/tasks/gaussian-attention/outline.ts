import type { AttentionConfig, AttentionExperimentSpec, FootballSpec } from '../../spec/gaussian-attention.ts';
import { overheadSeconds } from '../estimate.ts';
import type { Outline } from '../kind.ts';

/** Batches for all facts, both ways round. */
export function stepsPerEpoch(facts: number, batchSize: number): number {
  return Math.ceil(facts / batchSize);
}

/** What says how large the generated knowledge base is. */
export const footballSizes = ['players', 'clubs', 'countries', 'positions', 'ages', 'numbers'] as const;

/** Facts of the generated knowledge base, one way round: five of a player, one of a club. */
export function footballFacts({ players, clubs }: Pick<FootballSpec, 'players' | 'clubs'>): number {
  return 5 * players + clubs;
}

/** Training triples that an estimate takes files to have, which only the files tell: about those of WN18RR. */
const assumedTriples = 87_000;

/** Of triples from files the number of parameters is not known before they are read. */
export function outlineAttentionCell(
  { dataset, model: { dimension }, method, training, encoder }: AttentionConfig,
  { stepsPerSecond }: Pick<AttentionExperimentSpec, 'stepsPerSecond'>,
): Outline {
  const facts = 2 * (dataset.name === 'football' ? footballFacts(dataset) : assumedTriples);
  const epochs = training.epochs + (encoder?.epochs ?? 0);
  const estimatedSeconds = overheadSeconds + (epochs * stepsPerEpoch(facts, training.batchSize)) / stepsPerSecond;
  if (dataset.name !== 'football' || encoder !== null) return { ratio: null, parameters: null, estimatedSeconds };
  const entities = footballSizes.reduce((sum, name) => sum + dataset[name], 0);
  const rows = entities + 12 * (method === 'trans-gaussian' ? 2 : 1);
  return { ratio: null, parameters: rows * dimension, estimatedSeconds };
}
