import { createHash, type Hash } from 'node:crypto';
import type { Drawn } from '../data/drawn.ts';
import { placesOf, type Stretch } from '../train/places.ts';

/** A training as far as its draws and learning rates go. */
export interface TracedPhase<B> extends Stretch {
  rateAt(step: number): number;
  drawn(point: number): Iterable<Drawn<B>>;
}

/** What a whole training goes through, without being trained. */
export interface Trace {
  /** As `Definition.drawn`. */
  drawn: Record<string, string>;
  /** As `Definition.rates`. */
  rates: string | null;
  /** Steps of all phases. */
  steps: number;
  examples: number;
}

/** Steps of a point whose draws are gone through. Of a longer one the first tell; learning rates go on to its end. */
export const mostDrawn = 2000;
/** More changes of the learning rate than these are told by digests alone. */
const mostRates = 40;
/** Hexadecimal digits that a point of the curve keeps of a digest. */
const kept = 8;

/** Where a step stands. */
export interface TracedStep {
  phase: number;
  /** Steps of the phase that are done, this one included. */
  step: number;
  learningRate: number;
}

/**
 * Goes through the steps of all phases as the training loop does, and hashes what each draws. Points of more steps than
 * are drawn are taken to be of whole batches.
 *
 * @param onStep awaited at each step before the next one is drawn; what it gives by name is hashed like what is drawn
 */
export async function traceOf<B>(
  phases: readonly TracedPhase<B>[],
  onStep: (at: TracedStep, drawn: Drawn<B>) => Promise<Readonly<Record<string, string>>> = async () => ({}),
): Promise<Trace> {
  const hashes = new Map<string, Hash>();
  const marks = new Map<string, string[]>();
  const rates: { rate: number; steps: number }[] = [];
  const update = (part: string, bytes: Uint8Array | string) => {
    const hash = hashes.get(part) ?? createHash('sha256');
    hashes.set(part, hash);
    hash.update(bytes);
  };
  const rateOf = ({ rateAt }: TracedPhase<B>, step: number) => {
    const rate = rateAt(step);
    update('learning rate', `${rate} `);
    if (rates.at(-1)?.rate === rate) rates.at(-1)!.steps++;
    else rates.push({ rate, steps: 1 });
    return rate;
  };
  let [steps, examples] = [0, 0];
  const places = placesOf(phases);
  for (const { phase: index, point, from, to } of places) {
    const phase = phases[index]!;
    let done = from;
    for (const drawn of phase.drawn(point)) {
      update('batch shapes', `${drawn.shape} `);
      const rate = rateOf(phase, done);
      for (const [part, values] of Object.entries(drawn.parts)) update(part, bytesOf(values));
      done++;
      const told = await onStep({ phase: index, step: done, learningRate: rate }, drawn);
      for (const [part, text] of Object.entries(told)) update(part, text);
      examples += drawn.size;
      if (done < to && done - from < mostDrawn) continue;
      examples += (to - done) * drawn.size;
      while (done < to) rateOf(phase, done++);
      break;
    }
    steps += done - from;
    for (const [part, hash] of hashes) {
      const before = marks.get(part) ?? [];
      marks.set(part, [...before, hash.copy().digest('hex').slice(0, kept)]);
    }
  }
  return {
    drawn: Object.fromEntries([...marks].map(([part, digests]) => [part, digests.join('')])),
    rates: rates.length > mostRates ? null : rates.map((run) => `${run.rate}*${run.steps}`).join(' '),
    steps,
    examples,
  };
}

/** The memory of a typed array. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
