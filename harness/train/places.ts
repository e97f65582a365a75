/** Steps on the same schedule, measured now and then. */
export interface Stretch {
  readonly steps: number;
  /**
   * Steps from one point of the curve to the next, an epoch's for example; the last point of a phase may come earlier.
   */
  readonly stepsPerPoint: number;
  /** Points from one that is measured to the next; the last one of a phase always is. Left out: 1. */
  readonly pointsPerMeasurement?: number;
}

/** A point of the curve before it is reached, and the steps up to it. */
export interface Place {
  /** Index of the phase. */
  phase: number;
  /** Index of the point, counted through all phases. */
  point: number;
  /** Steps of the phase done before, and at the point. */
  from: number;
  to: number;
  /** Steps of all phases before. */
  before: number;
  /** Steps of all phases. */
  steps: number;
  /** Whether the network is measured there. */
  isMeasured: boolean;
}

/** All points of a curve, in order. */
export function placesOf(phases: readonly Stretch[]): Place[] {
  const all = phases.reduce((sum, { steps }) => sum + steps, 0);
  const places: Place[] = [];
  let before = 0;
  for (const [phase, { steps, stepsPerPoint, pointsPerMeasurement = 1 }] of phases.entries()) {
    for (let from = 0; from < steps; from += stepsPerPoint) {
      const to = Math.min(from + stepsPerPoint, steps);
      const isMeasured = to === steps || (to / stepsPerPoint) % pointsPerMeasurement === 0;
      places.push({ phase, point: places.length, from, to, before, steps: all, isMeasured });
    }
    before += steps;
  }
  return places;
}

/** How many points a phase has. */
export function pointsOf({ steps, stepsPerPoint }: Stretch): number {
  return Math.ceil(steps / stepsPerPoint);
}
