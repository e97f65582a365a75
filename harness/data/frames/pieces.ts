import { createHash } from 'node:crypto';
import { UsageError } from '../../errors.ts';
import type { FramesDatasetSpec } from '../../spec/twin-regularization.ts';
import { openIn } from '../folder.ts';
import { type FramePart, frameParts, type Utterance, type UtteranceParts } from './frames-dataset.ts';
import { kaldiFolder } from './kaldi-folder.ts';
import { spokenWords } from './spoken-words.ts';

/** Consecutive frames of an utterance, read at once. */
export interface Piece {
  /** The utterance, counted from 0 in its part. */
  readonly utterance: number;
  /** [frames, dimension], of at most as many frames as the data set says. */
  readonly features: Float32Array;
  readonly labels: Int32Array;
}

/** The frames of a cell. */
export interface FrameData {
  readonly source: 'files' | 'generated';
  readonly dimension: number;
  readonly classes: number;
  /** The most frames of a piece. */
  readonly frames: number;
  /** The label that is no phone; null: every label is one. */
  readonly blank: number | null;
  /** In the order of utterances and frames. */
  readonly pieces: Readonly<Record<FramePart, readonly Piece[]>>;
  /** First 16 hexadecimal digits of the SHA-256 over features and labels. */
  readonly digest: string;
}

/**
 * Reads or generates frames, and cuts utterances into pieces. Features from files get mean 0 and variance 1 over the
 * training frames, one by one.
 *
 * @throws UsageError where files are missing or damaged, or a held-out part has no phone to be told
 */
export async function loadFrames(spec: FramesDatasetSpec, dataDir: string | null): Promise<FrameData> {
  if (spec.name === 'spoken-words') return framesOf(spokenWords.generate(spec), { ...spec, blank: null }, 'generated');
  const { folder, opened } = await openIn(kaldiFolder, dataDir);
  for (const part of ['valid', 'test'] as const) {
    const hasPhones = opened.parts.utterances[part].some(({ labels }) => labels.some((label) => label !== spec.blank));
    if (hasPhones) continue;
    throw new UsageError(
      `${kaldiFolder.title}: ${folder}: all labels of ${part} are ${spec.blank}, which dataset.blank says is no phone; ` +
        'set it to another label or null',
    );
  }
  return framesOf(standardized(opened.parts), spec, 'files');
}

function framesOf(
  { dimension, classes, utterances }: UtteranceParts,
  { frames, blank }: { frames: number; blank: number | null },
  source: FrameData['source'],
): FrameData {
  const hash = createHash('sha256').update(JSON.stringify({ dimension, classes, frames, blank }));
  const pieces = Object.fromEntries(
    frameParts.map((part) => {
      const own = utterances[part].flatMap((utterance, index) => piecesOf(utterance, index, { frames, dimension }));
      for (const { utterance, features, labels } of own) {
        hash
          .update(JSON.stringify([part, utterance, labels.length]))
          .update(features)
          .update(labels);
      }
      return [part, own];
    }),
  ) as Record<FramePart, Piece[]>;
  return { source, dimension, classes, frames, blank, pieces, digest: hash.digest('hex').slice(0, 16) };
}

function piecesOf(
  { features, labels }: Utterance,
  utterance: number,
  { frames, dimension }: { frames: number; dimension: number },
): Piece[] {
  return Array.from({ length: Math.ceil(labels.length / frames) }, (_, index) => {
    const [from, to] = [index * frames, (index + 1) * frames];
    return {
      utterance,
      features: features.slice(from * dimension, to * dimension),
      labels: labels.slice(from, to),
    };
  });
}

/** The utterances with features that have mean 0 and variance 1 over the training frames; what is constant becomes 0. */
export function standardized({ dimension, utterances, ...rest }: UtteranceParts): UtteranceParts {
  const [sums, squares] = [new Float64Array(dimension), new Float64Array(dimension)];
  const count = utterances.train.reduce((sum, { labels }) => sum + labels.length, 0);
  for (const { features } of utterances.train) {
    features.forEach((value, at) => {
      sums[at % dimension]! += value / count;
    });
  }
  for (const { features } of utterances.train) {
    features.forEach((value, at) => {
      squares[at % dimension]! += (value - sums[at % dimension]!) ** 2 / count;
    });
  }
  const scale = squares.map((variance) => (variance > 0 ? 1 / Math.sqrt(variance) : 0));
  const moved = ({ features, ...utterance }: Utterance): Utterance => ({
    ...utterance,
    features: features.map((value, at) => (value - sums[at % dimension]!) * scale[at % dimension]!),
  });
  const parts = frameParts.map((part) => [part, utterances[part].map(moved)]);
  return { ...rest, dimension, utterances: Object.fromEntries(parts) };
}
