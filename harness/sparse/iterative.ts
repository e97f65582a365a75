import { powerOf, rootOf } from '../tensor/root.ts';

/** Iterative pruning: how many rounds, and how much each leaves. */

/** Frankle et al. 2020: a fifth of the remaining weights a round; ten rounds leave 0.107. Trainings of 160 epochs. */
const published = { rounds: 10, epochs: 160 };

/**
 * Rounds of pruning, each after a training of so many epochs: ten from 160 epochs on, below in proportion to the
 * epochs, but two at least, because one would be one-shot pruning.
 */
export function pruningRounds(epochs: number): number {
  return Math.min(published.rounds, Math.max(2, Math.round((published.rounds * epochs) / published.epochs)));
}

/**
 * Weights that are left after the r-th of n rounds: `total`·(keep/total)^(r/n), rounded, so that every round leaves the
 * same share of what it finds, and the last one `keep`.
 */
export function keptAfterRound(round: number, rounds: number, total: number, keep: number): number {
  return round === rounds ? keep : Math.round(total * powerOf(rootOf(keep / total, rounds), round));
}
