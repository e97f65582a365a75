import { counted } from '../../../baselines/wording.ts';
import { wordsOfKind } from '../../../harness/spec/kinds.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import { intervalOf } from '../../arms/arm-test.ts';
import { resultText, seriesLabel } from '../../arms/arm-text.ts';
import { withLane } from '../../arms/tuning-lanes.ts';
import type { Column, Section } from '../../render/document.ts';
import { list, table, text } from '../../render/document.ts';
import { equalsP, notMeasured, orDash, pValue } from '../../render/format.ts';
import { gainInterval, gainNumber, gainText } from '../../render/metric-text.ts';
import type { Claim, ClaimRival } from './claim.ts';
import { claimsOf, outcomes } from './claim.ts';

/** Whether low-rank with spectral initialization and Frobenius decay beats sparse methods; none without both. */
export function claimSection(arms: readonly ArmSummary[]): Section | null {
  const claims = claimsOf(arms);
  if (claims.length === 0) return null;
  const rows = claims.flatMap((claim) => claim.rivals.map((rival) => ({ claim, rival })));
  return {
    heading: 'Low-rank against sparse at equal memory',
    blocks: [text(overall(claims)), list(claims.map(readingOf)), table(rows, columnsFor(claims)), text(legend)],
  };
}

const legend =
  'Difference: low-rank with spectral initialization and Frobenius decay minus the sparse method, of final accuracy ' +
  'in percentage points, with its 95 % interval, not adjusted. p: two-sided, adjusted over the sparse methods of one ' +
  'budget by the method of Holm, not over budgets, models and data sets. Equal memory: parameters kept; a sparse ' +
  'network’s indices are not counted. Sparse arms are those with weight decay. The tests are those of "Best method ' +
  'per budget".';

const isOfTuned = ({ lane }: Claim) => lane === 'tuned';

/** The cases in which all arms share one learning rate and λ are the claim's; those of tuned arms are told beside. */
function overall(claims: readonly Claim[]): string {
  const tuned = claims.filter(isOfTuned);
  const shared = claims.filter((claim) => !isOfTuned(claim));
  const parts = [
    'The claim: low-rank layers with spectral initialization and Frobenius decay beat every sparse method with as ' +
      'many parameters (Khodak et al. 2021, section 4).',
    ...(shared.length === 0 ? [] : [countsOf('Of', shared)]),
    ...(tuned.length === 0 ? [] : [countsOf('With each arm tuned, at its own learning rate and λ: of', tuned)]),
  ];
  return parts.join(' ');
}

function countsOf(of: string, claims: readonly Claim[]): string {
  const counts = outcomes.map((name) => `${name} in ${claims.filter(({ outcome }) => outcome === name).length}`);
  return (
    `${of} ${counted(claims.length, 'case')}, a model, data set and budget each, it is ` +
    `${counts.slice(0, -1).join(', ')} and ${counts.at(-1)}, at the scale of this run.`
  );
}

/**
 * `resnet-20 on cifar-10, budget 0.1 (3 epochs of 20000 images): inconclusive. Above 9 of 13 ...`; where nothing is
 * tested: `... : not tested at this setting, where weight decay takes ...`.
 */
function readingOf({ place, lane, budget, ours, rivals, outcome, obstacles, decayKnown }: Claim): string {
  const of = (verdict: ClaimRival['verdict']) => rivals.filter((rival) => rival.verdict === verdict);
  const parts = [`Significantly above ${of('above').length} of ${counted(rivals.length, 'sparse arm')}`];
  const [below, open] = [of('below'), of('open')];
  if (below.length > 0) parts.push(`below ${below.map(shortfall).join('; ')}`);
  if (open.length > 0) parts.push(`not told from ${open.map(({ arm }) => seriesLabel(arm)).join('; ')}`);
  const reasons = obstacles.length === 0 ? '' : `, where ${obstacles.join('; and ')}`;
  const unknown = decayKnown
    ? ''
    : ' Whether decay hurts the dense network at this setting was not tested: that takes two seeds of it with and ' +
      'without decay.';
  const where = withLane(`${place}, budget ${budget}`, lane);
  return `${where} (${scaleOf(ours)}): ${outcome}${reasons}. ${parts.join('; ')}.${unknown}`;
}

/** `2 epochs of 2000 images`. */
function scaleOf({ kind, config, completed }: ArmSummary): string {
  const { length, examples } = wordsOfKind(kind);
  const trained = completed[0]?.train_examples ?? null;
  return `${length(config) ?? 'no training'}${trained === null ? '' : ` of ${trained} ${examples}`}`;
}

function shortfall({ arm, test, adjustedP }: ClaimRival): string {
  const difference = orDash(test.difference, (gain) => gainText(arm.metric, gain));
  return `${seriesLabel(arm)} (${difference}, adjusted p ${orDash(adjustedP, equalsP)})`;
}

interface Row {
  claim: Claim;
  rival: ClaimRival;
}

function columnsFor(claims: readonly Claim[]): Column<Row>[] {
  const lane: Column<Row> = { name: 'tuning', cell: ({ claim }) => orDash(claim.lane, String) };
  return claims.some(({ lane: of }) => of !== null) ? [lane, ...columns] : columns;
}

const columns: Column<Row>[] = [
  { name: 'setting', cell: ({ claim }) => claim.place },
  { name: 'budget', cell: ({ claim }) => String(claim.budget), numeric: true },
  { name: 'sparse arm', cell: ({ rival }) => seriesLabel(rival.arm) },
  { name: 'low-rank', cell: ({ claim }) => resultText(claim.ours), numeric: true },
  { name: 'sparse', cell: ({ rival }) => resultText(rival.arm), numeric: true },
  { name: 'difference', cell: ({ rival }) => gainNumber(rival.arm.metric, rival.test.difference), numeric: true },
  { name: 'interval', cell: ({ rival }) => intervalText(rival), numeric: true },
  { name: 'n', cell: ({ rival }) => String(rival.test.n), numeric: true },
  { name: 'adjusted p', cell: ({ rival }) => orDash(rival.adjustedP, pValue), numeric: true },
];

function intervalText({ arm, test }: ClaimRival): string {
  const interval = intervalOf(test);
  return interval ? gainInterval(arm.metric, interval) : notMeasured;
}
