import { canonicalJson } from '../../../harness/canonical-json.ts';
import { mean } from '../../../harness/statistics/moments.ts';
import { differencesOf } from '../../arms/arm-summary.ts';
import { seriesLabel } from '../../arms/arm-text.ts';
import { placeOf } from '../../arms/coordinates.ts';
import { type Column, type Section, table, text } from '../../render/document.ts';
import { notMeasured, orDash, whole } from '../../render/format.ts';
import { estimateOf } from '../estimates.ts';
import { lastBySeed, measuredBySeed, percentText, type RecognizerArm } from './error-values.ts';

/** Errors of frames and phones, and what each arm costs in training and at the test; none without a completed arm. */
export function errorSection(arms: readonly RecognizerArm[]): Section | null {
  if (arms.length === 0) return null;
  const columns = [
    ...own,
    { name: 'phones - none, points', cell: (arm: RecognizerArm) => phonesAgainstNone(arm, arms), numeric: true },
    ...costs,
  ];
  return { heading: 'Errors of frames and phones', blocks: [table(arms, columns), text(legend)] };
}

const legend =
  'Errors of the test utterances in per cent, by the weights of the update that tells the validation frames best; last: ' +
  'frames by those of the last update. A phone error is the fewest substitutions, insertions and deletions between the ' +
  'phones that frames tell, equal ones in a row counting as one, over the phones that there are; no language model ' +
  'helps. At the test a twin has the parameters and operations of the unidirectional network, which every record checks; ' +
  'trained counts the twin’s own as well. ± is half of the 95 % interval of the mean over seeds (Student’s t); a single ' +
  'seed has none. Phones - none: phone errors more than the unidirectional network of the same place, budget and ' +
  'regularizer has, paired over seeds; frames may be told better, and phones worse, where what is told changes more often ' +
  'from frame to frame.';

const meanOf = (arm: RecognizerArm, of: (cell: RecognizerArm['cells'][number]) => number | null) =>
  mean(arm.cells.map(of).filter((value) => value !== null));

function phonesAgainstNone(arm: RecognizerArm, arms: readonly RecognizerArm[]): string {
  const rest = ({ config: { method, twinWeight, lookAhead, ...others } }: RecognizerArm) =>
    canonicalJson({ ...others, seed: null });
  const none = arms.find((other) => other.config.method === 'unidirectional' && rest(other) === rest(arm));
  if (none === undefined || none === arm) return notMeasured;
  const differences = differencesOf(measuredBySeed(arm, 'phone_error'), measuredBySeed(none, 'phone_error'));
  const found = estimateOf(differences);
  return `${(found?.mean ?? 0) > 0 ? '+' : ''}${percentText(found)}`;
}

const own: Column<RecognizerArm>[] = [
  { name: 'place', cell: ({ arm }) => placeOf(arm) },
  { name: 'arm', cell: ({ arm }) => seriesLabel(arm) },
  { name: 'n', cell: ({ cells }) => String(cells.length), numeric: true },
  {
    name: 'frame error, %',
    cell: (arm) => percentText(estimateOf([...measuredBySeed(arm, 'frame_error').values()])),
    numeric: true,
  },
  { name: 'last', cell: (arm) => percentText(estimateOf([...lastBySeed(arm).values()])), numeric: true },
  {
    name: 'phone error, %',
    cell: (arm) => percentText(estimateOf([...measuredBySeed(arm, 'phone_error').values()])),
    numeric: true,
  },
];

const costs: Column<RecognizerArm>[] = [
  {
    name: 'update',
    cell: (arm) =>
      orDash(
        meanOf(arm, ({ details }) => details.chosen_update),
        whole,
      ),
    numeric: true,
  },
  {
    name: 'parameters',
    cell: (arm) =>
      orDash(
        meanOf(arm, ({ record }) => record.parameters),
        whole,
      ),
    numeric: true,
  },
  {
    name: 'trained',
    cell: (arm) =>
      orDash(
        meanOf(arm, ({ details }) => details.trained_parameters),
        whole,
      ),
    numeric: true,
  },
  {
    name: 'multiply-accumulates a frame',
    cell: (arm) =>
      orDash(
        meanOf(arm, ({ record }) => record.macs),
        whole,
      ),
    numeric: true,
  },
  {
    name: 'step, ms',
    cell: (arm) =>
      orDash(
        meanOf(arm, ({ record }) => record.step_ms),
        (ms) => ms.toFixed(1),
      ),
    numeric: true,
  },
];
