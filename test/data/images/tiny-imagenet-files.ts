import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tf } from '../../../harness/engine/tensorflow.ts';

/** Test helper: small folders in Tiny-ImageNet's layout. The engine must be loaded. */

export interface JpegOptions {
  height?: number;
  width?: number;
  /** Of every pixel; one number: a grey file. */
  colour: readonly number[];
}

/** A JPEG file of one colour, which decodes to nearly that. */
export async function jpegOf({ height = 64, width = 64, colour }: JpegOptions): Promise<Uint8Array> {
  const pixels = Int32Array.from({ length: height * width * colour.length }, (_, i) => colour[i % colour.length]!);
  const image = tf.tensor3d(pixels, [height, width, colour.length], 'int32');
  const bytes = await tf.node.encodeJpeg(image, colour.length === 1 ? 'grayscale' : 'rgb');
  image.dispose();
  return bytes;
}

export const classes = ['n02124075', 'n01443537', 'n04067472'];

/** Colour of image `k` of class `label`: red tells the class, green the image. */
export function colourOf(label: number, k: number): [number, number, number] {
  return [40 + 60 * label, 20 + 15 * k, 128];
}

/** The files of a folder with three classes: 3, 2 and 11 training images (one of them grey), and four to test. */
export async function tinyFiles(): Promise<Record<string, string | Uint8Array>> {
  const files: Record<string, string | Uint8Array> = {
    'wnids.txt': `${classes.join('\n')}\n`,
    'words.txt': 'n02124075\tEgyptian cat\n',
    'val/val_annotations.txt': ['2', '0', '0', '1']
      .map((label, k) => `val_${k}.JPEG\t${classes[Number(label)]}\t0\t32\t44\t62\n`)
      .join(''),
  };
  for (const [label, count] of [3, 2, 11].entries()) {
    const wnid = classes[label]!;
    files[`train/${wnid}/${wnid}_boxes.txt`] = `${wnid}_0.JPEG\t0\t10\t63\t58\n`;
    for (let k = 0; k < count; k++) {
      const colour = label === 1 && k === 1 ? [77] : colourOf(label, k);
      files[`train/${wnid}/images/${wnid}_${k}.JPEG`] = await jpegOf({ colour });
    }
  }
  for (const [k, label] of [2, 0, 0, 1].entries()) {
    files[`val/images/val_${k}.JPEG`] = await jpegOf({ colour: colourOf(label, 14 - k) });
  }
  return files;
}

/** Writes `tiny-imagenet-200` into `dir` with the given files, and returns its path. */
export async function writeTiny(dir: string, files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = join(dir, 'tiny-imagenet-200');
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}
