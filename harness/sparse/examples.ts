import type { Streams } from '../random.ts';
import type { Feeds, Loss } from '../train/step.ts';
import type { ExampleBatch, ImageScoring } from './sparse-method.ts';

/** The training examples of a kind of task, as a context hands them out. */
export interface Examples<B extends ExampleBatch = ExampleBatch, F extends Feeds = Feeds> {
  /** Examples in the order that the streams give: at most `size`, a batch of the training's where it is left out. */
  batch(streams: Streams, size?: number): B;
  /** How many examples a batch holds. */
  countOf(batch: B): number;
  /** The tensors of a batch. */
  feedsOf(batch: B): F;
  /** Of training, without decay and dropout. */
  loss: Loss<F>;
  /** What only networks of images offer, with batches of the streams' order. */
  images: ((streams: Streams) => ImageScoring) | null;
}

/** Streams whose names begin with a purpose. */
export function streamsOfPurpose(streams: Streams, purpose: string): Streams {
  return (part) => streams(`${purpose}/${part}`);
}
