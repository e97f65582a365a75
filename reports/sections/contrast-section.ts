import type { ArmSummary } from '../arm-summary.ts';
import { wordsOf } from '../metric-words.ts';
import type { Section } from '../render/document.ts';
import { list, table, text } from '../render/document.ts';
import { orDash, pointsSpread, pValue } from '../render/format.ts';
import type { Contrast } from '../statistics/contrasts.ts';
import { contrastsOf } from '../statistics/contrasts.ts';

/** What spectral initialization and Frobenius decay change; no section where no arms differ in either alone. */
export function contrastSection(arms: readonly ArmSummary[]): Section | null {
  const contrasts = contrastsOf(arms);
  if (contrasts.length === 0) return null;
  const { final, unit } = wordsOf(arms);
  const columns = [
    { name: 'difference', cell: (c: Contrast) => c.difference },
    { name: 'setting', cell: (c: Contrast) => c.setting },
    { name: 'points', cell: (c: Contrast) => pointsSpread(c.mean, c.sd), numeric: true },
    { name: 'n', cell: (c: Contrast) => String(c.n), numeric: true },
    { name: 't', cell: (c: Contrast) => orDash(c.t, (t) => t.toFixed(2)), numeric: true },
    { name: 'p', cell: (c: Contrast) => orDash(c.p, pValue), numeric: true },
    { name: 'adjusted p', cell: (c: Contrast) => orDash(c.adjustedP, pValue), numeric: true },
  ];
  return {
    heading: 'What initialization and regularizer change',
    blocks: [
      text(
        `Differences of ${final} in ${unit}, mean ± sample standard deviation, paired over n shared seeds; ` +
          'two-sided paired t-test (it takes the differences as normal), p adjusted over this table by the method of Holm; intervals are not adjusted. They hold for the model, data and ' +
          'schedule of this run.',
      ),
      table(contrasts, columns),
      list(contrasts.map((contrast) => contrast.reading)),
    ],
  };
}
