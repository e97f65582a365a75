import type { AttentionConfig, FootballSpec } from '../../spec/gaussian-attention.ts';
import { costOfSteps, ofTransformers, plainStartSeconds, workerBytes } from '../estimate.ts';
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

/** What an estimate takes triples from files to have, which only the files tell: about what WN18RR has. */
const assumed = { triples: 87_000, entities: 41_000 };

/** Relations of the generated knowledge base, both ways round. */
const footballRelations = 12;

/** A fact as an object, and in the indices. */
const bytesPerFact = 200;

/** Times that a step reads or writes each value: by 5 steps a second on WN18RR, dimension 100, batches of 512. */
const passes = 3;

/** Operations that a training step begins, by the 2.6 ms that it takes beside its products. */
const operations = 310;

/** Seconds a fact to index it, to tell it and what is asked beside it, and to check them: measured. */
const secondsPerFact = 2e-3;

/** Of triples from files the number of parameters is not known before they are read. */
export function outlineAttentionCell(config: AttentionConfig): Outline {
  const { dataset, model, method, training, encoder } = config;
  const { dimension } = model;
  const { batchSize } = training;
  const isFootball = dataset.name === 'football';
  const facts = 2 * (isFootball ? footballFacts(dataset) : assumed.triples);
  const entities = isFootball ? footballSizes.reduce((sum, name) => sum + dataset[name], 0) : assumed.entities;
  const epochs = training.epochs + (encoder?.epochs ?? 0);
  const rows = entities + footballRelations * (method === 'trans-gaussian' ? 2 : 1);
  // The distance to every entity, and the attention on it.
  const values = 2 * entities;
  return {
    ratio: null,
    parameters: isFootball && encoder === null ? rows * dimension : null,
    cost: {
      ...costOfSteps({
        trained: epochs * stepsPerEpoch(facts, batchSize) * batchSize,
        evaluated: 0,
        batchSize,
        macs: entities * dimension,
        values,
        operations,
        passes,
      }),
      scalarSeconds: plainStartSeconds + facts * secondsPerFact,
      // Two trainings, one after the other: more than a plain worker keeps.
      memoryBytes:
        1.2 * workerBytes +
        4 * (ofTransformers.copies * values * batchSize + 10 * rows * dimension) +
        facts * bytesPerFact,
    },
  };
}
