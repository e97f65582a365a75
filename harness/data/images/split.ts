import type { DatasetSpec } from '../../spec/image.ts';
import type { Part } from '../dataset.ts';
import type { ImageSet } from './image-set.ts';

/**
 * How a specification divides a data set's images. The training images in the order of the files: the first `train` are
 * trained on, the `validation` ones right behind them are held out to select by. Test images are never among them.
 */
export interface ImageSplit {
  readonly train: number;
  /** 0: none is held out. */
  readonly validation: number;
  readonly test: number;
}

type Counts = Readonly<Record<Part, number>>;
type Asked = Pick<DatasetSpec, 'trainExamples' | 'validationExamples' | 'testExamples'>;

/**
 * The split of a specification. Where it says how many images are trained on, the held-out ones come on top; where all
 * are used, the last ones of the set are held out of it.
 *
 * @param whole images of the whole published set
 */
export function splitOf({ trainExamples, validationExamples = 0, testExamples }: Asked, whole: Counts): ImageSplit {
  return {
    train: trainExamples ?? whole.train - validationExamples,
    validation: validationExamples,
    test: testExamples ?? whole.test,
  };
}

/**
 * Why a set cannot be split so, with the fields and the remedy; null where it can.
 *
 * @param present images that there are
 * @param place where they are
 */
export function splitRefusal(asked: Asked, whole: Counts, present: Counts, place: string): string | null {
  const { train, validation, test } = splitOf(asked, whole);
  if (train < 1) {
    return (
      `dataset.validationExamples: ${validation} of ${whole.train} training images held out leave none to train on; ` +
      `ask for ${whole.train - 1} or fewer`
    );
  }
  if (train + validation > present.train) {
    const fewer = `ask for ${present.train} or fewer`;
    if (validation === 0) return askedFor('dataset.trainExamples', train, present.train, place, fewer);
    const fields = `dataset.trainExamples (${train}) and dataset.validationExamples (${validation})`;
    return askedFor(fields, train + validation, present.train, place, `${fewer} together`);
  }
  if (test <= present.test) return null;
  return askedFor('dataset.testExamples', test, present.test, place, `ask for ${present.test} or fewer`);
}

function askedFor(fields: string, count: number, present: number, place: string, remedy: string): string {
  return `${fields}: ${count} images asked for, but ${place} holds ${present}; ${remedy}`;
}

/** The first `count` images of a set, and the others: parts of its memory. */
export function divided({ images, labels, count }: ImageSet, first: number): [ImageSet, ImageSet] {
  const size = images.length / count;
  const part = (from: number, to: number): ImageSet => ({
    count: to - from,
    images: images.subarray(from * size, to * size),
    labels: labels.subarray(from, to),
  });
  return [part(0, first), part(first, count)];
}
