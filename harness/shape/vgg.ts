import { UsageError } from '../errors.ts';
import { vggName } from '../spec/model-names.ts';
import { assemble, type Blueprint, type Fans, type Operation } from './blueprint.ts';
import { convNorm } from './conv-norm.ts';

export interface VggOptions {
  depth: 19;
  /** Channels of the first stage; 64 in Simonyan and Zisserman 2015. */
  width: number;
  classes: number;
  /** Height and width of the square input: a multiple of 16. */
  size: number;
  inputChannels: number;
}

/** Convolutions a stage of the network with 16 of them, and channels of a stage over those of the first. */
const stages = [
  { convolutions: 2, widening: 1 },
  { convolutions: 2, widening: 2 },
  { convolutions: 4, widening: 4 },
  { convolutions: 4, widening: 8 },
  { convolutions: 4, widening: 8 },
];

/** As the compression experiments draw it: low-rank factors by the dense layer's outputs. */
const fans: Fans = { dense: 'in', factors: 'out' };

/**
 * VGG-19 (Simonyan and Zisserman 2015, table 1, E) in its form for small images, as the compression experiments train
 * it (Khodak et al. 2021, section 4, after Wang et al. 2019): 16 convolutions of 3x3 without bias in five stages of
 * widths (w, 2w, 4w, 8w, 8w), batch norm after each, 2x2 max pooling between stages, average pooling of all that is
 * left (2x2 pixels of a 32x32 image, 4x4 of a 64x64 one), and one linear layer in place of the published three.
 *
 * @throws UsageError where the input cannot be halved four times.
 */
export function vggBlueprint({ depth, width, classes, size, inputChannels }: VggOptions): Blueprint {
  if (size % 16 !== 0) {
    throw new UsageError(`model vgg: an input of ${size} x ${size} cannot be halved four times; use a multiple of 16`);
  }
  const operations: Operation[] = [];
  let channels = inputChannels;
  stages.forEach(({ convolutions, widening }, stage) => {
    if (stage > 0) operations.push({ kind: 'max-pool', size: 2 });
    for (let index = 1; index <= convolutions; index++) {
      const first = operations.length === 0;
      const shape = { inChannels: channels, outChannels: width * widening, kernel: 3, stride: 1, fans };
      const name = `stage${stage + 1}.${index}`;
      operations.push(...convNorm({ name, ...shape, outputs: size / 2 ** stage, compressible: !first }));
      operations.push({ kind: 'relu' });
      channels = shape.outChannels;
    }
  });
  operations.push(
    { kind: 'global-average-pool' },
    { kind: 'linear', name: 'classifier', inFeatures: channels, outFeatures: classes },
  );
  return assemble(vggName(depth, width), operations);
}
