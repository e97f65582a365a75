import { createHash } from 'node:crypto';
import { UsageError } from '../../errors.ts';
import type { TextDatasetSpec } from '../../spec/text.ts';
import type { IdPair } from '../../text/token-batches.ts';
import { learnVocabulary, type Vocabulary } from '../../text/vocabulary.ts';
import { openIn } from '../folder.ts';
import { datasetNamed } from '../registry.ts';
import { type CleanCorpus, cleanCorpus, type SkippedPairs, type WordPair } from './clean-text.ts';
import type { Corpus } from './text-pair.ts';

/** The sentence pairs of a cell: what it trains on, validates and is tested on. */
export interface TranslationData {
  readonly name: TextDatasetSpec['name'];
  readonly source: 'files' | 'generated';
  /** Of both languages together, learnt from the used training text. */
  readonly vocabulary: Vocabulary;
  readonly train: TranslationPart;
  readonly valid: TranslationPart;
  readonly test: TranslationPart;
  /** Training pairs left out, by reason; `tokens`: a side of more than `maxTokens`. */
  readonly skipped: SkippedPairs & { readonly tokens: number };
  /** As `usedText` has it; the vocabulary follows from the text. */
  readonly digest: string;
}

/** The sentence pairs of a part, encoded and as text. */
export interface TranslationPart {
  /** Ids without <bos> and <eos>, as token batches take them; a translator's sources are these with <eos>. */
  readonly pairs: readonly IdPair[];
  /** What the pairs were made of, in their order: as it is written, in its own case. */
  readonly sourceTexts: readonly string[];
  /**
   * The published translations, as BLEU and chrF compare with; where the data are in lower case, compare without case.
   */
  readonly references: readonly string[];
}

/** The sentence pairs that a data set's specification names, cleaned: the first `trainExamples` and `testExamples`. */
export interface UsedText extends CleanCorpus {
  /** Training pairs before cleaning. */
  readonly found: number;
  /** First 16 hexadecimal digits of the SHA-256 over these texts, training first. */
  readonly digest: string;
}

/**
 * Reads or generates the sentence pairs that a data set's specification names, and cleans them.
 * @param dataDir the folder of the files, or one that contains it under its published name; not used by generated data
 * @throws UsageError where files are missing or damaged, or hold fewer pairs than asked for, naming file and line
 */
export async function usedText(spec: TextDatasetSpec, dataDir: string | null): Promise<UsedText> {
  const corpus = await corpusOf(spec, dataDir);
  const clean = cleanCorpus(corpus, spec);
  const train = firstOf(clean.train, spec.trainExamples, 'trainExamples', spec);
  const test = firstOf(clean.test, spec.testExamples, 'testExamples', spec);
  const digest = digestOf([train, clean.valid, test]);
  return { ...clean, train, test, found: corpus.train.pairs.length, digest };
}

/**
 * Loads and encodes the sentence pairs that a data set's specification names; learns the vocabulary from the training
 * text.
 * @throws UsageError as `usedText`, and where a part has no sentence or a sentence too many tokens
 */
export async function loadTranslation(spec: TextDatasetSpec, dataDir: string | null): Promise<TranslationData> {
  const used = await usedText(spec, dataDir);
  const vocabulary = learnVocabulary(frequenciesOf(used.train), spec.merges);
  const train = used.train.map((pair) => encode(pair, vocabulary)).filter(({ ids }) => tokensOf(ids) <= spec.maxTokens);
  if (train.length === 0) {
    throw new UsageError(
      `${spec.name}: no training pair is left of ${used.found}; raise maxWords, maxRatio or maxTokens`,
    );
  }
  for (const part of ['valid', 'test'] as const) {
    if (used[part].length > 0) continue;
    throw new UsageError(
      `${spec.name}: the ${part === 'valid' ? 'validation' : 'test'} text has no sentence; fetch it again`,
    );
  }
  const whole = (pairs: readonly WordPair[]) => pairs.map((pair) => withinTokens(encode(pair, vocabulary), spec));
  return {
    name: spec.name,
    source: isStandIn(spec) ? 'generated' : datasetNamed(spec.name).source,
    vocabulary,
    train: partOf(train),
    valid: partOf(whole(used.valid)),
    test: partOf(whole(used.test)),
    skipped: { ...used.skipped, tokens: used.train.length - train.length },
    digest: used.digest,
  };
}

interface EncodedPair {
  readonly words: WordPair;
  readonly ids: IdPair;
}

async function corpusOf(spec: TextDatasetSpec, dataDir: string | null): Promise<Corpus> {
  if (spec.name === 'generated-pair') return datasetNamed(spec.name).generate(spec);
  if (isStandIn(spec)) return datasetNamed('generated-pair').generate(standInCounts(spec));
  const { opened } = await openIn(datasetNamed(spec.name), dataDir);
  return opened.corpus(spec.source, spec.target);
}

function isStandIn(spec: TextDatasetSpec): boolean {
  return spec.name !== 'generated-pair' && spec.standIn !== undefined;
}

/** Sentence pairs that stand in for so many, of which cleaning may leave some out. */
function standInCounts({ trainExamples, testExamples }: TextDatasetSpec) {
  return { trainExamples: trainExamples === null ? null : 2 * trainExamples, testExamples };
}

function firstOf<T>(
  pairs: readonly T[],
  asked: number | null,
  option: string,
  { name }: TextDatasetSpec,
): readonly T[] {
  if (asked === null) return pairs;
  if (asked <= pairs.length) return pairs.slice(0, asked);
  throw new UsageError(
    `${option}: ${asked} sentence pairs asked for, but ${name} has ${pairs.length}; ask for ${pairs.length} or fewer`,
  );
}

function frequenciesOf(pairs: readonly WordPair[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { source, target } of pairs) {
    for (const words of [source, target]) {
      for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return counts;
}

function encode(words: WordPair, vocabulary: Vocabulary): EncodedPair {
  return { words, ids: { source: vocabulary.encode(words.source), target: vocabulary.encode(words.target) } };
}

/** Of the longer side, with <eos> or <bos>. */
function tokensOf({ source, target }: IdPair): number {
  return Math.max(source.length, target.length) + 1;
}

function withinTokens(pair: EncodedPair, { maxTokens }: TextDatasetSpec): EncodedPair {
  const { words, ids } = pair;
  const tokens = tokensOf(ids);
  if (tokens <= maxTokens) return pair;
  const side = ids.source.length >= ids.target.length ? 'source' : 'target';
  throw new UsageError(
    `${words.from.place(words.index, side)} has ${tokens} tokens, more than maxTokens ${maxTokens}; ` +
      'validation and test text is used as a whole: raise maxTokens, or merges',
  );
}

function partOf(pairs: readonly EncodedPair[]): TranslationPart {
  return {
    pairs: pairs.map(({ ids }) => ids),
    sourceTexts: pairs.map(({ words }) => words.text.source),
    references: pairs.map(({ words }) => words.text.target),
  };
}

function digestOf(parts: readonly (readonly WordPair[])[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(JSON.stringify(part.map(({ text }) => [text.source, text.target])));
  return hash.digest('hex').slice(0, 16);
}
