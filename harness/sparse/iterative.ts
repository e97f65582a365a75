/** Iterative pruning: how many rounds, and how much each leaves. */

/** Frankle et al. 2020: a fifth of the remaining weights a round, after trainings of 160 epochs. */
const published = { pruned: 0.2, epochs: 160 };

/** Rounds of a shortened training: each takes one as long as the dense network's. */
const fewRounds = 3;

/**
 * Rounds of pruning to a share of the weights, each after a training of so many epochs: as many as leave the share where
 * none prunes more than a fifth of what it finds; of trainings shorter than the published ones three at most.
 */
export function pruningRounds(epochs: number, share: number): number {
  // A share of 0.64 takes two rounds, whatever its last digit in binary.
  const needed = Math.max(1, Math.ceil(Math.log(share) / Math.log(1 - published.pruned) - 1e-9));
  return epochs >= published.epochs ? needed : Math.min(fewRounds, needed);
}

/**
 * Weights that are left after the r-th of n rounds: `total`·(keep/total)^(r/n), rounded, so that every round leaves the
 * same share of what it finds, and the last one `keep`.
 */
export function keptAfterRound(round: number, rounds: number, total: number, keep: number): number {
  return round === rounds ? keep : Math.round(total * (keep / total) ** (round / rounds));
}
