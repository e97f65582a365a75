import { createHash } from 'node:crypto';
import { UsageError } from '../../errors.ts';
import { type Streams, streamsOf } from '../../random.ts';
import type { BinaryDatasetSpec } from '../../spec/amortized-inference.ts';
import { openIn } from '../folder.ts';
import type { Bits, GrayImages } from './binary-dataset.ts';
import { generatedBinary } from './generated-binary.ts';
import { mnist } from './mnist.ts';

/** The examples of a cell. */
export interface BinaryExamples {
  readonly source: 'files' | 'generated';
  readonly train: Bits;
  readonly validation: Bits;
  readonly test: Bits;
  /** First 16 hexadecimal digits of the SHA-256 over all bits. */
  readonly digest: string;
}

/**
 * Reads or generates the examples of a data set. Of published images the last training ones are held out for validation.
 *
 * @throws UsageError where files are missing or damaged, or have fewer images than asked for
 */
export async function loadBinaryExamples(spec: BinaryDatasetSpec, dataDir: string | null): Promise<BinaryExamples> {
  const { trainExamples: train, validationExamples: validation, testExamples: test } = spec;
  if (spec.name === 'generated-binary') {
    const { generate } = generatedBinary;
    const parts = {
      train: generate('train', train, spec),
      validation: generate('validation', validation, spec),
      test: generate('test', test, spec),
    };
    return { source: 'generated', ...parts, digest: digestOf(Object.values(parts)) };
  }
  const { parts } = (await openIn(mnist, dataDir)).opened;
  refuseTooMany(spec, { train: parts.train.count, test: parts.test.count });
  const taken = {
    train: binarized(parts.train, 0, train, 'train'),
    validation: binarized(parts.train, parts.train.count - validation, validation, 'validation'),
    test: binarized(parts.test, 0, test, 'test'),
  };
  return { source: 'files', ...taken, digest: digestOf(Object.values(taken)) };
}

/** Why a data set has fewer images than asked for, a sentence; null where it has them. */
export function examplesRefusal(
  { trainExamples, validationExamples, testExamples }: BinaryDatasetSpec,
  has: { train: number; test: number },
): string | null {
  const training = trainExamples + validationExamples;
  if (training > has.train) {
    return (
      `there are ${has.train} training images, not ${training}; lower dataset.trainExamples or ` +
      'dataset.validationExamples'
    );
  }
  if (testExamples <= has.test) return null;
  return `there are ${has.test} test images, not ${testExamples}; lower dataset.testExamples`;
}

function refuseTooMany(spec: BinaryDatasetSpec, has: { train: number; test: number }): void {
  const refusal = examplesRefusal(spec, has);
  if (refusal !== null) throw new UsageError(`${mnist.title}: ${refusal}`);
}

/** Draws are the same for all cells: each part has one set of bits, as its test likelihood is of one. */
const streams: Streams = streamsOf('binarized/1', 0);

/** Each pixel 1 with the probability of its brightness (Salakhutdinov and Murray 2008). */
function binarized({ pixels, bytes }: GrayImages, from: number, count: number, part: string): Bits {
  const uniform = streams(part);
  const values = Uint8Array.from(bytes.subarray(from * pixels, (from + count) * pixels), (byte) =>
    uniform() < byte / 255 ? 1 : 0,
  );
  return { count, pixels, values };
}

function digestOf(parts: readonly Bits[]): string {
  const hash = createHash('sha256');
  for (const { count, pixels, values } of parts) hash.update(`${count}x${pixels}`).update(values);
  return hash.digest('hex').slice(0, 16);
}
