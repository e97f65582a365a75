import { canonicalJson } from './canonical-json.ts';
import { shortDigest } from './digest.ts';
import type { BaseConfig } from './spec/words.ts';

/** A cell's id: the first 16 hexadecimal digits of the SHA-256 of its configuration's canonical JSON. */
export function idOf(config: BaseConfig): string {
  return shortDigest(canonicalJson(config));
}

/**
 * What a learning rate and λ are found for: a digest of the configuration without these, the seed and what says that they
 * were found.
 */
export function tunedConfigurationOf(config: BaseConfig): string {
  const {
    tuning: _tuning,
    seed: _seed,
    training,
    ...rest
  } = config as BaseConfig & {
    tuning?: unknown;
    training?: Readonly<Record<string, unknown>>;
  };
  const { learningRate: _rate, decay: _decay, ...others } = training ?? {};
  return shortDigest(canonicalJson({ ...rest, training: others }));
}

/**
 * What random streams are named after: cells of the same model and data set share them, and without either those of one
 * kind.
 */
export function familyOf(config: BaseConfig): string {
  const { model, dataset } = config as BaseConfig & { model?: unknown; dataset?: { name: string } };
  if (model === undefined && dataset === undefined) return canonicalJson({ task: config.task });
  return canonicalJson({ model, dataset: dataset?.name });
}
