import { createHash } from 'node:crypto';
import { UsageError } from '../../errors.ts';
import type { PlainTextDatasetSpec } from '../../spec/text.ts';
import { type Sequences, sequencesOf, slicedSequences, wordFrequencies } from '../../text/encoded-text.ts';
import { learnVocabulary, type Vocabulary } from '../../text/vocabulary.ts';
import { openIn } from '../folder.ts';
import { datasetNamed } from '../registry.ts';
import type { PlainText } from './plain-text.ts';

/** What an encoder is pre-trained on, validated with and tested on. */
export interface TextData {
  readonly source: 'files' | 'generated';
  /** Learnt from the whole training text, what is held out of it included. */
  readonly vocabulary: Vocabulary;
  readonly train: Sequences;
  /** Null where none is held out. */
  readonly validation: Sequences | null;
  readonly test: Sequences;
  /** First 16 hexadecimal digits of the SHA-256 over the text; sequences and vocabulary follow from it. */
  readonly digest: string;
}

/**
 * Reads or generates running text.
 *
 * @param dataDir the folder of the files, or one that contains it; not used by generated text
 * @throws UsageError where files are missing or not text in UTF-8, naming file and line
 */
export async function usedPlainText(
  spec: PlainTextDatasetSpec,
  dataDir: string | null,
): Promise<PlainText & { digest: string }> {
  const { train, test } = await openedText(spec, dataDir);
  const hash = createHash('sha256');
  for (const part of [train, test]) {
    for (const paragraph of part) hash.update(paragraph).update('\n');
    hash.update('\n');
  }
  return { train, test, digest: hash.digest('hex').slice(0, 16) };
}

async function openedText({ name, standIn }: PlainTextDatasetSpec, dataDir: string | null): Promise<PlainText> {
  if (name === 'generated-text' || standIn === true) return datasetNamed('generated-text').generate();
  return (await openIn(datasetNamed(name), dataDir)).opened.text;
}

/**
 * The sequences that a data set's specification names, and the vocabulary of its training text.
 *
 * @throws UsageError as `usedPlainText`, and where a part is too short for one sequence
 */
export async function loadTextSequences(spec: PlainTextDatasetSpec, dataDir: string | null): Promise<TextData> {
  const { lowerCase, merges, validationExamples } = spec;
  const { train: paragraphs, test: tested, digest } = await usedPlainText(spec, dataDir);
  const vocabulary = learnVocabulary(wordFrequencies(paragraphs, lowerCase), merges);
  const all = sequencesOf(paragraphs, vocabulary, spec);
  const held = all.count - validationExamples;
  const train = slicedSequences(all, 0, Math.min(held, spec.trainExamples ?? held));
  const test = slicedSequences(sequencesOf(tested, vocabulary, spec), 0, spec.testExamples ?? Number.POSITIVE_INFINITY);
  if (held < 1 || test.count < 1) {
    const [what, remedy] =
      held < 1
        ? [
            `training text has ${all.count} sequences of ${spec.length} tokens, ${validationExamples} to be held out`,
            'length or validationExamples',
          ]
        : [`test text is shorter than a sequence of ${spec.length} tokens`, 'length'];
    const where = dataDir === null || spec.name === 'generated-text' ? '' : ` in ${dataDir}`;
    throw new UsageError(`${spec.name}${where}: its ${what}; give more text, or lower ${remedy}`);
  }
  return {
    source: spec.standIn === true ? 'generated' : datasetNamed(spec.name).source,
    vocabulary,
    train,
    validation: validationExamples === 0 ? null : slicedSequences(all, held, all.count),
    test,
    digest,
  };
}
