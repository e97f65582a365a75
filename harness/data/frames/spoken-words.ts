import { gaussian, streamsOf, type Uniform } from '../../random.ts';
import type { SpokenWordsSpec } from '../../spec/twin-regularization.ts';
import type { FramePart, GeneratedFrames, Utterance } from './frames-dataset.ts';

/**
 * Utterances like speech: words, each a sequence of phones, one after the other; each phone for some frames; each frame
 * the phone's mean and noise. What phone a frame is of therefore follows from it and from the frames before and after.
 * Words, means and lengths are the same at every level of noise, and so is the noise but for its size.
 */
export const spokenWords: GeneratedFrames<'spoken-words'> = {
  name: 'spoken-words',
  title: 'generated utterances',
  sort: 'frames',
  source: 'generated',
  examples: null,
  generate(spec) {
    const streams = streamsOf('spoken-words/1', 0);
    const { phones, dimension } = spec;
    const language = { ...spec, means: gaussian(phones * dimension, 1, streams('means')), lexicon: lexiconOf(spec) };
    const part = (name: FramePart, count: number) =>
      Array.from({ length: count }, (_, index) => {
        const purpose = `${name}/${index}`;
        return utteranceOf(`${name}-${index + 1}`, language, streams(`words/${purpose}`), streams(`noise/${purpose}`));
      });
    return {
      dimension,
      classes: phones,
      utterances: {
        train: part('train', spec.trainUtterances),
        valid: part('valid', spec.validationUtterances),
        test: part('test', spec.testUtterances),
      },
    };
  },
};

interface Language extends SpokenWordsSpec {
  /** Row by row, [phones, dimension]. */
  means: Float32Array;
  /** The phones of each word. */
  lexicon: readonly (readonly number[])[];
}

/** Words of phones, no two of which that follow one another in a word are equal. */
function lexiconOf({ phones, words, phonesPerWord }: SpokenWordsSpec): number[][] {
  const uniform = streamsOf('spoken-words/1', 0)('lexicon');
  return Array.from({ length: words }, () => {
    const word = [Math.floor(phones * uniform())];
    while (word.length < phonesPerWord) {
      const other = Math.floor((phones - 1) * uniform());
      word.push(other < word.at(-1)! ? other : other + 1);
    }
    return word;
  });
}

function utteranceOf(name: string, language: Language, words: Uniform, noise: Uniform): Utterance {
  const { frames, dimension, means, noise: deviation } = language;
  const labels = labelsOf(language, words);
  const features = gaussian(frames * dimension, deviation, noise);
  for (const [at] of features.entries()) {
    const [frame, feature] = [Math.floor(at / dimension), at % dimension];
    features[at]! += means[labels[frame]! * dimension + feature]!;
  }
  return { name, features, labels };
}

/** Words from the first frame on, the last one cut off at the end. */
function labelsOf({ frames, lexicon, leastFrames, mostFrames }: Language, uniform: Uniform): Int32Array {
  const labels: number[] = [];
  while (labels.length < frames) {
    for (const phone of lexicon[Math.floor(lexicon.length * uniform())]!) {
      const length = leastFrames + Math.floor((mostFrames - leastFrames + 1) * uniform());
      for (let frame = 0; frame < length; frame++) labels.push(phone);
    }
  }
  return Int32Array.from(labels.slice(0, frames));
}
