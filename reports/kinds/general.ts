import { factorOf } from '../../harness/spec/words.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';
import { factorNamesOf } from '../arms/coordinates.ts';
import type { KindReport } from './kind-report.ts';

/**
 * The part of a kind that says nothing of its own: the first factor that varies colours its arms, the second dashes
 * them.
 */
export const generalReport: KindReport = {
  sections: () => [],
  curves: [],
  contrasts: [],
  colour(arm, among) {
    const [factor = 'method'] = varyingFactors(among);
    return { factor, name: valueName(arm, factor) };
  },
  dash(arm, among) {
    const [, factor] = varyingFactors(among);
    return factor === undefined ? null : { factor, name: valueName(arm, factor) };
  },
};

/** Factors of more than one value, without the budget: plots have a place for it. */
function varyingFactors(arms: readonly ArmSummary[]): string[] {
  return factorNamesOf(arms).filter(
    (name) => name !== 'budget' && new Set(arms.map((arm) => factorOf(arm, name))).size > 1,
  );
}

function valueName(arm: ArmSummary, factor: string): string {
  return String(factorOf(arm, factor) ?? 'none');
}
