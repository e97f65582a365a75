import type { BaseConfig } from '../../harness/spec/words.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';
import type { ContrastSpec } from '../arms/contrasts.ts';
import type { Curve } from '../plots/plot-data.ts';
import type { Dash, Hue } from '../plots/plot-style.ts';
import type { Section } from '../render/document.ts';

/**
 * A kind's part of a report, beside what is said of every kind. Arms are always those of the kind, in the order of
 * tables.
 */
export interface KindReport<C extends BaseConfig = BaseConfig> {
  /** Sections of its own, behind the general ones. */
  sections(arms: readonly ArmSummary[]): Section[];
  /** What is drawn of its records' curves. */
  curves: readonly Curve[];
  /** Choices whose effect is tested. */
  contrasts: readonly ContrastSpec<C>[];
  /** What colours an arm's marks. */
  colour(arm: ArmSummary, among: readonly ArmSummary[]): Hue;
  /** What dashes its lines; null: nothing, they are solid. */
  dash(arm: ArmSummary, among: readonly ArmSummary[]): Dash | null;
}
