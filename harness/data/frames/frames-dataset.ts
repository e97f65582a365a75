import type { SpokenWordsSpec } from '../../spec/twin-regularization.ts';
import type { FolderDataset, GeneratedDataset, OpenedFolder } from '../dataset.ts';

/** Data sets of utterances: frames of features, each with a label. */
interface OfFrames {
  readonly sort: 'frames';
}

/** The parts of data sets of frames. */
export const frameParts = ['train', 'valid', 'test'] as const;
export type FramePart = (typeof frameParts)[number];

/** A sequence of frames. */
export interface Utterance {
  readonly name: string;
  /** Frame by frame, [frames, dimension]. */
  readonly features: Float32Array;
  /** [frames] */
  readonly labels: Int32Array;
}

/** Utterances in three parts: what is trained on, selected by, and tested on. */
export interface UtteranceParts {
  /** Of a frame's features. */
  readonly dimension: number;
  /** Labels are below it. */
  readonly classes: number;
  readonly utterances: Readonly<Record<FramePart, readonly Utterance[]>>;
}

/** Frames whose files have been read. */
export interface OpenedFrames extends OpenedFolder {
  readonly parts: UtteranceParts;
}

/** Frames in files. */
export type FrameFolder<Name extends string = string> = FolderDataset<Name, OpenedFrames> & OfFrames;

/** Frames that follow from the program. */
export type GeneratedFrames<Name extends string = string> = GeneratedDataset<Name> &
  OfFrames & { generate(spec: SpokenWordsSpec): UtteranceParts };
