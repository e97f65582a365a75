/** What one training step sees, as it is drawn: before images are cropped and tensors made. */
export interface Drawn<B> {
  /** Examples. */
  readonly size: number;
  /** Equal for batches whose tensors have equal shapes. */
  readonly shape: string;
  /** All that decides the batch beside the data, by name; valid until the next one is drawn. */
  readonly parts: Readonly<Record<string, ArrayBufferView>>;
  /** Makes the batch. */
  batch(): B;
}

/** The batches of what is drawn, one after another. */
export function* batchesOf<B>(drawn: Iterable<Drawn<B>>): Generator<B, void, undefined> {
  for (const one of drawn) yield one.batch();
}
