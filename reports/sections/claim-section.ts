import { counted, points } from '../../baselines/wording.ts';
import type { ArmSummary } from '../arm-summary.ts';
import { seriesLabel } from '../arm-summary.ts';
import type { Section } from '../render/document.ts';
import { list, table, text } from '../render/document.ts';
import { equalsP, notMeasured, orDash, percentSpread, pointsSpread, pValue } from '../render/format.ts';
import { intervalOf } from '../statistics/arm-test.ts';
import type { Claim, ClaimRival } from '../statistics/claim.ts';
import { claimsOf } from '../statistics/claim.ts';

/** Whether low-rank with spectral initialization and Frobenius decay beats sparse methods; none without both. */
export function claimSection(arms: readonly ArmSummary[]): Section | null {
  const claims = claimsOf(arms);
  if (claims.length === 0) return null;
  const rows = claims.flatMap((claim) => claim.rivals.map((rival) => ({ claim, rival })));
  return {
    heading: 'Low-rank against sparse at equal memory',
    blocks: [text(overall(claims)), list(claims.map(readingOf)), table(rows, columns), text(legend)],
  };
}

const legend =
  'Difference: low-rank with spectral initialization and Frobenius decay minus the sparse method, of final accuracy in ' +
  'percentage points, with its 95 % interval, not adjusted. p: two-sided, adjusted over the sparse methods of one budget by the ' +
  'method of Holm, not over budgets, models and data sets. Equal memory: parameters kept; a sparse network’s indices are not ' +
  'counted. The tests are those of "Best method per budget".';

function overall(claims: readonly Claim[]): string {
  const count = (outcome: Claim['outcome']) => claims.filter((claim) => claim.outcome === outcome).length;
  const [shown, refuted, open] = [count('shown'), count('refuted'), count('not established')];
  return (
    'The claim: low-rank layers with spectral initialization and Frobenius decay beat every sparse method with as many ' +
    `parameters (Khodak et al. 2021, section 4). Of ${counted(claims.length, 'case')}, a model, data set and budget each, ` +
    `it is shown in ${shown}, refuted in ${refuted} and not established in ${open}, at the scale of this run.`
  );
}

/** `resnet-20 on cifar-10, budget 0.1 (3 epochs of 20000 images): not established. Above 9 of 13 ...`. */
function readingOf({ place, budget, ours, rivals, outcome, decayCosts }: Claim): string {
  const { config, train_examples } = ours.completed[0] ?? ours.records[0]!;
  const scale = `${counted(config.training.epochs, 'epoch')}${train_examples === null ? '' : ` of ${train_examples} images`}`;
  const of = (verdict: ClaimRival['verdict']) => rivals.filter((rival) => rival.verdict === verdict);
  const parts = [`Significantly above ${of('above').length} of ${counted(rivals.length, 'sparse arm')}`];
  const [below, open] = [of('below'), of('open')];
  if (below.length > 0) parts.push(`below ${below.map(shortfall).join('; ')}`);
  if (open.length > 0) parts.push(`not told from ${open.map(({ arm }) => seriesLabel(arm)).join('; ')}`);
  const caveat =
    decayCosts === null
      ? ''
      : ` Weight decay takes ${points(decayCosts).replace('+', '')} from the dense network at this scale: a training that decay harms is weak evidence on methods that decay.`;
  return `${place}, budget ${budget} (${scale}): ${outcome}. ${parts.join('; ')}.${caveat}`;
}

function shortfall({ arm, test, adjustedP }: ClaimRival): string {
  return `${seriesLabel(arm)} (${points(test.difference!)}, adjusted p ${equalsP(adjustedP!)})`;
}

interface Row {
  claim: Claim;
  rival: ClaimRival;
}

const columns = [
  { name: 'setting', cell: ({ claim }: Row) => claim.place },
  { name: 'budget', cell: ({ claim }: Row) => String(claim.budget), numeric: true },
  { name: 'sparse arm', cell: ({ rival }: Row) => seriesLabel(rival.arm) },
  { name: 'low-rank', cell: ({ claim }: Row) => accuracy(claim.ours), numeric: true },
  { name: 'sparse', cell: ({ rival }: Row) => accuracy(rival.arm), numeric: true },
  { name: 'difference', cell: ({ rival }: Row) => pointsSpread(rival.test.difference, null), numeric: true },
  { name: 'interval', cell: ({ rival }: Row) => intervalText(rival), numeric: true },
  { name: 'n', cell: ({ rival }: Row) => String(rival.test.n), numeric: true },
  { name: 'adjusted p', cell: ({ rival }: Row) => orDash(rival.adjustedP, pValue), numeric: true },
];

function accuracy({ value }: ArmSummary): string {
  return percentSpread(value.mean, value.sd);
}

function intervalText({ test }: ClaimRival): string {
  const interval = intervalOf(test);
  return interval ? `[${interval.map((bound) => pointsSpread(bound, null)).join(', ')}]` : notMeasured;
}
