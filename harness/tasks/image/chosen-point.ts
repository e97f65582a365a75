import type { CurvePoint } from '../../record.ts';

/**
 * The point of the highest accuracy on the held-out training images, the earliest of equal ones; what the test images
 * say of it plays no part. Points that were not measured are passed over. Undefined where nothing was held out, or no
 * point was measured.
 */
export function chosenPoint(points: readonly CurvePoint[]): CurvePoint | undefined {
  let [chosen, highest]: [CurvePoint | undefined, number] = [undefined, Number.NEGATIVE_INFINITY];
  for (const point of points) {
    const { validation_loss: loss = null, validation_accuracy: accuracy = null } = point.values;
    // Where the loss is no number, the answers are chance.
    if (loss === null || accuracy === null || accuracy <= highest) continue;
    [chosen, highest] = [point, accuracy];
  }
  return chosen;
}
