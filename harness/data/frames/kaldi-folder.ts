import { join } from 'node:path';
import { UsageError } from '../../errors.ts';
import { findFolder, missingIn } from '../folder.ts';
import { type FrameFolder, type FramePart, frameParts, type OpenedFrames, type Utterance } from './frames-dataset.ts';
import { readFeatures, readLabels } from './kaldi-text.ts';

const facts = {
  name: 'kaldi',
  title: 'Folder of Kaldi archives',
  sort: 'frames',
  source: 'files',
  examples: null,
  folder: 'kaldi',
  files: 'text archives: `train.feats.txt` and `train.labels.txt` (a label a frame), and so `valid`, `test`',
  downloads: [],
  address: 'https://kaldi-asr.org/doc/io.html, ark,t archives of copy-feats and ali-to-phones --per-frame',
} as const;

const featuresOf = (part: FramePart) => `${part}.feats.txt`;
const labelsOf = (part: FramePart) => `${part}.labels.txt`;
const files = frameParts.flatMap((part) => [featuresOf(part), labelsOf(part)]);

/** Any folder of features with a label a frame, as Kaldi (Povey et al. 2011) writes text archives. */
export const kaldiFolder: FrameFolder<'kaldi'> = {
  ...facts,
  find: (dir) => findFolder(facts, dir, (names) => files.every((file) => names.includes(file))),
  open,
  async fetch() {
    throw new UsageError(
      `${facts.title}: its files are your own, and nothing can be downloaded; name their folder with --data`,
    );
  },
};

async function open(folder: string): Promise<OpenedFrames> {
  const missing = await missingIn(facts.title, folder, files);
  if (missing.length > 0) {
    throw new UsageError(
      `${facts.title}: ${folder} holds no ${missing.join(', ')}; name a folder with ${files.join(', ')} with --data`,
    );
  }
  const utterances: Record<FramePart, Utterance[]> = { train: [], valid: [], test: [] };
  let dimension: number | null = null;
  let classes = 0;
  for (const part of frameParts) {
    const path = join(folder, featuresOf(part));
    for (const { utterance, columns, place } of await readPart(folder, part)) {
      dimension ??= columns;
      if (columns !== dimension) {
        throw refusal(place, `has ${columns} features a frame, and training ${dimension}`, 'give all frames as many');
      }
      utterances[part].push(utterance);
      for (const label of utterance.labels) classes = Math.max(classes, label + 1);
    }
    if (utterances[part].length === 0) {
      throw new UsageError(`${facts.title}: ${path} has no utterance; write one, or fetch the file again`);
    }
  }
  return { parts: { dimension: dimension!, classes, utterances } };
}

interface PlacedUtterance {
  utterance: Utterance;
  columns: number;
  place: string;
}

/** The utterances of a part in the order of its features, each with as many labels as frames. */
async function readPart(folder: string, part: FramePart): Promise<PlacedUtterance[]> {
  const paths = { features: join(folder, featuresOf(part)), labels: join(folder, labelsOf(part)) };
  const [features, labels] = [
    await readFeatures(facts.title, paths.features),
    await readLabels(facts.title, paths.labels),
  ];
  for (const [name, { place }] of labels) {
    if (!features.has(name)) {
      throw refusal(place, `labels utterance '${name}', which ${paths.features} has not`, 'remove the line');
    }
  }
  return [...features].map(([name, { value, place }]) => {
    const own = labels.get(name);
    if (own === undefined) {
      throw refusal(place, `has utterance '${name}', which ${paths.labels} has no labels of`, 'add them, or remove it');
    }
    if (own.value.length !== value.rows) {
      throw refusal(
        own.place,
        `has ${own.value.length} labels of utterance '${name}', which has ${value.rows} frames (${place})`,
        'write a label a frame, such as by ali-to-phones --per-frame',
      );
    }
    return { utterance: { name, features: value.values, labels: own.value }, columns: value.columns, place };
  });
}

function refusal(place: string, what: string, remedy: string): UsageError {
  return new UsageError(`${facts.title}: ${place} ${what}; ${remedy}`);
}
