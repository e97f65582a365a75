import { changeUnit } from '../../baselines/wording.ts';
import { gainOf, metricOf } from '../../harness/spec/metrics.ts';
import { significance } from '../../harness/statistics/holm.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';
import { intervalOf, testAssumptions } from '../arms/arm-test.ts';
import type { Contrast, ContrastSpec } from '../arms/contrasts.ts';
import { contrastsOf } from '../arms/contrasts.ts';
import { isTuned } from '../arms/coordinates.ts';
import type { Column, Section } from '../render/document.ts';
import { list, table, text } from '../render/document.ts';
import { orDash, pValue } from '../render/format.ts';
import { changeHeading, directionNote, errorText, gainInterval, gainNumber } from '../render/metric-text.ts';

/**
 * What single choices change, such as spectral initialization; no section where no arms differ in one of them alone.
 */
export function contrastSection(arms: readonly ArmSummary[], specs: readonly ContrastSpec[]): Section | null {
  const contrasts = contrastsOf(arms, specs);
  const [first] = contrasts;
  if (!first) return null;
  const { metric } = first;
  const intro = text(`${legendFor(metric)}${arms.some(isTuned) ? laneNote : ''}`);
  const readings = list(contrasts.map((contrast) => contrast.reading));
  return {
    heading: headingOf(contrasts),
    blocks: [intro, table(contrasts, columnsFor(metric)), readings],
  };
}

function legendFor(metric: string): string {
  const unit = changeUnit(metric);
  const of = `${metricOf(metric).title}${unit === '' ? '' : ` in ${unit}`}`;
  return (
    `Mean differences of ${of} over n shared seeds, with the standard error that the test takes them to have; ` +
    'two-sided p, adjusted over this table by the method of Holm; 95 % intervals are not adjusted; bold: significant. They hold for the ' +
    `model, data and schedule of this run.${directionNote(metric)} ${testAssumptions}`
  );
}

const laneNote =
  ' Both arms of a contrast share one learning rate and λ, or both are tuned, which their setting says: these are ' +
  'compared each at its own learning rate and λ. Tuned - shared: one arm at its own against itself at the shared ones.';

/** `What initialization and regularizer change`. */
function headingOf(contrasts: readonly Contrast[]): string {
  const names = [...new Set(contrasts.map(({ factor }) => (factor === 'init' ? 'initialization' : factor)))];
  const last = names.at(-1) ?? '';
  return names.length < 2 ? `What ${last} changes` : `What ${names.slice(0, -1).join(', ')} and ${last} change`;
}

function columnsFor(metric: string): Column<Contrast>[] {
  const numeric = true;
  return [
    { name: 'difference', cell: (contrast) => contrast.choice },
    { name: 'setting', cell: (contrast) => contrast.setting },
    {
      name: changeHeading(metric),
      cell: ({ difference }) => gainNumber(metric, difference),
      numeric,
      strong: ({ adjustedP }) => adjustedP !== null && adjustedP <= significance,
    },
    { name: 'standard error', cell: (contrast) => orDash(contrast.standardError, errorText(metric)), numeric },
    { name: 'n', cell: (contrast) => String(contrast.n), numeric },
    // Of the sign of the difference beside it.
    { name: 't', cell: (contrast) => orDash(contrast.t, (t) => gainOf(metric, t).toFixed(2)), numeric },
    { name: 'p', cell: (contrast) => orDash(contrast.p, pValue), numeric },
    { name: 'adjusted p', cell: (contrast) => orDash(contrast.adjustedP, pValue), numeric },
    {
      name: '95 % interval',
      cell: (contrast) => orDash(intervalOf(contrast), (bounds) => gainInterval(metric, bounds)),
      numeric,
    },
  ];
}
