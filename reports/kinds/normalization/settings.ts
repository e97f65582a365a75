import { grouped } from '../../../baselines/arms.ts';
import { canonicalJson } from '../../../harness/canonical-json.ts';
import { isNormalization, type NormalizationConfig } from '../../../harness/spec/normalization.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import { placeOf } from '../../arms/coordinates.ts';

/** What becomes of the products' norms, in the paper's words, and the regularizer that does it. */
export const treatments = {
  none: 'no-factor-decay',
  frob: 'frobenius-decay',
  norm: 'frobenius-norms',
} as const;
export type Treatment = keyof typeof treatments;
export const treatmentNames = Object.keys(treatments) as Treatment[];

/** The arms of factorized networks that are alike but for the norms of their products. */
export interface NormSetting {
  /** Model and data set. */
  place: string;
  config: NormalizationConfig;
  /** Those that the run has. */
  arms: Readonly<Partial<Record<Treatment, ArmSummary>>>;
}

/** Every setting with an arm of factorized networks, in the order of the arms. */
export function settingsOf(arms: readonly ArmSummary[]): NormSetting[] {
  const factorized = arms.flatMap((arm) => {
    const { config } = arm;
    // Narrow and dense networks have no products.
    return isNormalization(config) && config.method === 'low-rank' ? [{ arm, config }] : [];
  });
  const keyOf = ({ config }: { config: NormalizationConfig }) =>
    canonicalJson({ ...config, regularizer: null, seed: null });
  return [...grouped(factorized, keyOf).values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const armOf = (treatment: Treatment) =>
      members.find(({ config }) => config.regularizer === treatments[treatment])?.arm;
    const found = treatmentNames.flatMap((name) => {
      const arm = armOf(name);
      return arm === undefined ? [] : [[name, arm] as const];
    });
    return [{ place: placeOf(first.arm), config: first.config, arms: Object.fromEntries(found) }];
  });
}

/** `spectral, η 0.025, λ 0.001`. */
export function settingName({ config: { init, training } }: NormSetting): string {
  return `${init}, η ${training.learningRate}, λ ${training.decay}`;
}
