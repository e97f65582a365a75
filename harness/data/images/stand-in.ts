import { streamsOf } from '../../random.ts';
import type { Part } from '../dataset.ts';
import type { ImageFolder } from './image-dataset.ts';
import type { ImageSet } from './image-set.ts';

/**
 * What stands in for the first `count` images of a part where its files are not read: bytes and labels drawn uniformly,
 * in the data set's shapes. The same on every call; there is nothing in them to learn.
 */
export function standInImages(
  { name, classes, side, channels }: Pick<ImageFolder, 'name' | 'classes' | 'side' | 'channels'>,
  part: Part,
  count: number,
): ImageSet {
  const uniform = streamsOf('stand-in-images/1', 0)(`${name}/${part}`);
  const drawn = (length: number, values: number) => Uint8Array.from({ length }, () => Math.floor(values * uniform()));
  return { count, images: drawn(count * side * side * channels, 256), labels: drawn(count, classes) };
}
