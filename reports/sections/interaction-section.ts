import { significance } from '../../harness/statistics/holm.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';
import { type ArmTest, intervalOf } from '../arms/arm-test.ts';
import type { ContrastSpec } from '../arms/contrasts.ts';
import { type Interaction, interactionsOf } from '../arms/interactions.ts';
import { type Column, type Section, table, text } from '../render/document.ts';
import { notMeasured, orDash, pValue } from '../render/format.ts';
import { changeHeading, directionNote, errorText, gainInterval, gainNumber } from '../render/metric-text.ts';

/** Whether the effects of spectral initialization and Frobenius decay add up; no section where no setting has all four arms. */
export function interactionSection(arms: readonly ArmSummary[], specs: readonly ContrastSpec[]): Section | null {
  const found = interactionsOf(arms, specs);
  const [first] = found;
  if (!first) return null;
  return {
    heading: 'Spectral initialization and Frobenius decay together',
    blocks: [text(legend + directionNote(first.metric)), table(found, columnsFor(first.metric))],
  };
}

const legend =
  'Mean differences, paired over shared seeds, with 95 % intervals (not adjusted). Spectral: against default ' +
  'initialization, under weight decay; Frobenius decay: against weight decay, under default initialization; both: ' +
  'against neither; interaction: both, less the sum of the two alone, which is zero where the effects add up. The ' +
  'standard error, n and p are those of the interaction; p is adjusted over this table by the method of Holm.';

function columnsFor(metric: string): Column<Interaction>[] {
  const numeric = true;
  const effect = (name: string, of: (row: Interaction) => ArmTest): Column<Interaction> => ({
    name,
    cell: (row) => effectText(metric, of(row)),
    numeric,
  });
  return [
    { name: 'setting', cell: ({ setting }) => setting },
    effect(`spectral, ${changeHeading(metric)}`, ({ spectral }) => spectral),
    effect('Frobenius decay', ({ decay }) => decay),
    effect('both', ({ both }) => both),
    {
      ...effect('interaction', ({ interaction }) => interaction),
      strong: ({ adjustedP }) => adjustedP !== null && adjustedP <= significance,
    },
    {
      name: 'standard error',
      cell: ({ interaction }) => orDash(interaction.standardError, errorText(metric)),
      numeric,
    },
    { name: 'n', cell: ({ interaction }) => String(interaction.n), numeric },
    { name: 'adjusted p', cell: ({ adjustedP }) => orDash(adjustedP, pValue), numeric },
  ];
}

/** `+2.10 [+1.80, +2.40]`. */
function effectText(metric: string, test: ArmTest): string {
  const bounds = intervalOf(test);
  const difference = gainNumber(metric, test.difference);
  return difference === notMeasured || bounds === null ? difference : `${difference} ${gainInterval(metric, bounds)}`;
}
