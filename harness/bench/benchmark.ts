/** One thing to time. */
export interface Benchmark {
  /** `kind/what/variant`, as `--only` matches it. */
  name: string;
  /** Floating-point operations of one call, two for each multiply-accumulate; null where they are not counted. */
  flops: number | null;
  /** Makes the task and all that it needs. */
  prepare(): Promise<PreparedBenchmark>;
}

export interface PreparedBenchmark {
  /** One call: a step, a kernel, a batch. It returns when its results are there. */
  task(): void;
  /** The same call operation by operation, where the task replays a recorded graph. */
  runEagerly?(): void;
  /** Frees what was prepared. */
  dispose(): void;
}

/**
 * Floating-point operations of one training step of a batch: the forward pass, and twice as many again for the
 * gradients of inputs and of weights. Normalizations, activations, regularizer and update are not counted.
 *
 * @param macs multiply-accumulate operations of one example's forward pass
 */
export function trainingFlops(macs: number, batchSize: number): number {
  return 3 * evaluationFlops(macs, batchSize);
}

/** Floating-point operations of a batch's forward pass, two for each of an example's multiply-accumulate operations. */
export function evaluationFlops(macs: number, batchSize: number): number {
  return 2 * macs * batchSize;
}
