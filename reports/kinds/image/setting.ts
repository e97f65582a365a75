import { isDistillation } from '../../../harness/spec/distillation.ts';
import { type ImageConfig, isImage, type TrainingSpec } from '../../../harness/spec/image.ts';
import { factorOf } from '../../../harness/spec/words.ts';
import { significance } from '../../../harness/statistics/holm.ts';
import { mean } from '../../../harness/statistics/moments.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import { type Compare, upperTail } from '../../arms/arm-test.ts';
import { resultText } from '../../arms/arm-text.ts';
import { isDense, isTuned } from '../../arms/coordinates.ts';
import { equalsP } from '../../render/format.ts';
import { gainText } from '../../render/metric-text.ts';

/** Whether a run's setting can test what is claimed of methods that decay. */

/**
 * The largest angle, in radians, by which a step may turn a weight at equilibrium under normalization, √(2ηλ/(1+μ)) (Li,
 * Lyu and Arora 2020); published trainings have 0.003 to 0.007.
 */
export const largestAngle = 0.01;

/** √(2ηλ/(1+μ)), in radians. */
export function equilibriumAngle({ learningRate, decay, momentum }: ImageConfig['training']): number {
  return Math.sqrt((2 * learningRate * decay) / (1 + momentum));
}

/**
 * Why the setting of `arm` tests nothing, a clause each, with numbers; none where it does, or where no dense arm beside
 * it can tell.
 *
 * @param members all arms of the model, data set and lane
 */
export function obstaclesOf(arm: ArmSummary, members: readonly ArmSummary[], compare: Compare): string[] {
  const { without, decayed } = denseTwins(arm, members);
  return [
    without && decayed ? decayHurts(without, decayed, compare) : null,
    decayed ? doesNotTrain(decayed) : null,
    turnsTooFast(arm),
  ].filter((reason) => reason !== null);
}

/**
 * Whether the dense network was trained with this λ (tuned: with its own) and without, at seeds enough to tell whether
 * decay hurts.
 */
export function knowsDecay(arm: ArmSummary, members: readonly ArmSummary[], compare: Compare): boolean {
  const { without, decayed } = denseTwins(arm, members);
  return without !== undefined && decayed !== undefined && upperTail(compare(without, decayed)) !== null;
}

function denseTwins(arm: ArmSummary, members: readonly ArmSummary[]) {
  const dense = members.filter(isDense);
  const decay = decayOf(arm);
  return {
    without: dense.find((other) => factorOf(other, 'regularizer') === 'none'),
    decayed: dense.find(
      (other) => factorOf(other, 'regularizer') === 'weight-decay' && (isTuned(other) || decayOf(other) === decay),
    ),
  };
}

/** How an arm's network of images is trained; null: it trains none. */
function trainingOf({ config }: ArmSummary): TrainingSpec | null {
  return isImage(config) || isDistillation(config) ? config.training : null;
}

function decayOf(arm: ArmSummary): number | null {
  return trainingOf(arm)?.decay ?? null;
}

function decayHurts(without: ArmSummary, decayed: ArmSummary, compare: Compare): string | null {
  const test = compare(without, decayed);
  const p = upperTail(test);
  if (p === null || p > significance || test.difference === null) return null;
  const cost = gainText(without.metric, test.difference).replace('+', '');
  return (
    `weight decay takes ${cost} from the dense network (${resultText(without)} without it, ${resultText(decayed)} ` +
    `with it, one-sided p ${equalsP(p)})`
  );
}

/** No dense seed completed, or the loss is no lower after the last epoch than after the first. */
function doesNotTrain({ records, completed }: ArmSummary): string | null {
  if (completed.length === 0) {
    return records.some(({ status }) => status === 'diverged') ? 'the dense network diverged at every seed' : null;
  }
  const ends = completed.flatMap(({ curve }) => {
    const losses = curve.flatMap(({ values }) => values.train_loss ?? []);
    const [first, last] = [losses[0], losses.at(-1)];
    return losses.length < 2 || first === undefined || last === undefined ? [] : [{ first, last }];
  });
  const [first, last] = [mean(ends.map((loss) => loss.first)), mean(ends.map((loss) => loss.last))];
  if (first === null || last === null || last < first) return null;
  return (
    `the dense network does not train (mean training loss ${first.toFixed(2)} in the first epoch, ${last.toFixed(2)} ` +
    'in the last)'
  );
}

/**
 * The paper profile's settings are published ones; where λ is a factor of the arms, large values are meant; and what a
 * tuned arm has, held-out examples chose.
 */
function turnsTooFast(arm: ArmSummary): string | null {
  const training = trainingOf(arm);
  if (training === null || isTuned(arm)) return null;
  if (arm.records[0]?.profile === 'paper' || factorOf(arm, 'decay') !== null) return null;
  const angle = equilibriumAngle(training);
  if (angle <= largestAngle) return null;
  return `√(2ηλ/(1+μ)) is ${angle.toFixed(3)}, above ${largestAngle}: steps turn the weights too fast at this λ`;
}
