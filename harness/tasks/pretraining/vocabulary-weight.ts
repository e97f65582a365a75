import { tf } from '../../engine/tensorflow.ts';
import { Variable } from '../../engine/variable.ts';
import type { Merge } from '../../text/byte-pair-encoding.ts';
import { type Vocabulary, vocabularyOf } from '../../text/vocabulary.ts';
import type { SavedWeights } from '../../weight-file.ts';

/**
 * A pre-trained network means nothing without its vocabulary, so that this is kept with its weights: the bytes of its
 * JSON, each as a float32.
 */
const name = 'vocabulary';

export function vocabularyWeight({ merges, symbols }: Vocabulary): Variable {
  const bytes = Buffer.from(JSON.stringify({ merges, symbols }));
  return new Variable(name, 'statistic', tf.tensor1d(Float32Array.from(bytes)));
}

/**
 * The vocabulary that a pre-trained cell has left with its weights.
 *
 * @throws Error where its weights hold none
 */
export function savedVocabulary(weights: SavedWeights): Vocabulary {
  const saved = weights.get(name);
  if (saved === undefined) throw new Error(`pre-trained weights: hold no '${name}'`);
  const parsed = JSON.parse(Buffer.from(Uint8Array.from(saved.values)).toString()) as {
    merges: readonly Merge[];
    symbols: readonly string[];
  };
  return vocabularyOf(parsed.merges, parsed.symbols);
}
