import type { CellRecord } from '../../harness/record.ts';
import { fixturePoint, fixtureRecord } from './records.ts';

/**
 * A whole small run: dense with and without weight decay, low-rank under every init and regularizer, at two budgets.
 */
export function fixtureRun(seeds: number): CellRecord[] {
  const records: CellRecord[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    for (const regularizer of ['none', 'weight-decay'] as const) {
      records.push(cell({ method: 'dense', budget: 1, regularizer, seed }, 0.7));
    }
    for (const budget of [0.1, 0.05]) {
      for (const init of ['default', 'spectral'] as const) {
        for (const regularizer of ['none', 'weight-decay', 'frobenius-decay'] as const) {
          const gain = (init === 'spectral' ? 0.03 : 0) + (regularizer === 'frobenius-decay' ? 0.02 : 0) + budget;
          records.push(cell({ init, regularizer, budget, seed }, 0.5 + gain));
        }
      }
    }
  }
  return records;
}

function cell(config: Parameters<typeof fixtureRecord>[1] & { seed: number }, level: number): CellRecord {
  // A spread that is fixed, differs between arms, and is not constant over the seeds.
  const wobble = 0.01 * Math.sin(12.9898 * (config.seed + 1) + 78.233 * level * 100);
  const value = Math.round((level + wobble) * 500) / 500;
  const curve = [1, 2, 3, 4].map((epoch) =>
    fixturePoint(epoch, {
      test_accuracy: value * (1 - 0.5 / epoch ** 2),
      effective_learning_rate: (1e-3 * epoch) / level,
    }),
  );
  const parameters = config.method === 'dense' ? 269722 : Math.round(269722 * (config.budget ?? 0.1));
  return fixtureRecord({ value, best: value + 0.01, curve, parameters, nonzero_parameters: parameters }, config);
}
