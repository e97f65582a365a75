/** Names of models in cells and tables. */

/** `resnet-20` at the published width of 16, `resnet-32-w64` at others; `-projection` where shortcuts are. */
export function resnetName(depth: number, width: number, shortcut: 'option-a' | 'projection' = 'option-a'): string {
  const name = width === 16 ? `resnet-${depth}` : `resnet-${depth}-w${width}`;
  return shortcut === 'projection' ? `${name}-projection` : name;
}

/** `vgg-19` at the published width of 64, `vgg-19-w8` at others. */
export function vggName(depth: number, width: number): string {
  return width === 64 ? `vgg-${depth}` : `vgg-${depth}-w${width}`;
}

/** `wrn-28-10`: depth and widening factor, as the networks are published. */
export function wideResnetName(depth: number, widen: number): string {
  return `wrn-${depth}-${widen}`;
}

interface TransformerSize {
  layers: number;
  width: number;
  feedForward: number;
  heads: number;
}

/**
 * The paper's IWSLT14 network (Khodak et al. 2021, `transformer_small`), and the base network of Vaswani et al. 2017.
 */
export const publishedTransformers = {
  small: { layers: 2, width: 256, feedForward: 1024, heads: 4 },
  base: { layers: 6, width: 512, feedForward: 2048, heads: 8 },
} satisfies Record<string, TransformerSize>;

/** `transformer-small` and `transformer-base` at published sizes, `transformer-2-64` (layers, width) at others. */
export function transformerName(size: TransformerSize): string {
  return `transformer-${publishedName(publishedTransformers, size) ?? `${size.layers}-${size.width}`}`;
}

/** The networks of Devlin et al. 2019. */
export const publishedEncoders = {
  base: { layers: 12, width: 768, feedForward: 3072, heads: 12 },
  large: { layers: 24, width: 1024, feedForward: 4096, heads: 16 },
} satisfies Record<string, TransformerSize>;

/** `bert-base` and `bert-large` at published sizes, `bert-2-128` (layers, width) at others. */
export function encoderName(size: TransformerSize): string {
  return `bert-${publishedName(publishedEncoders, size) ?? `${size.layers}-${size.width}`}`;
}

/** `autoencoder-100-100-z8`: the widths between the data and z, and that of z. */
export function autoencoderName({ hidden, latent }: { hidden: readonly number[]; latent: number }): string {
  return `autoencoder-${hidden.join('-')}-z${latent}`;
}

function publishedName(known: Readonly<Record<string, TransformerSize>>, size: TransformerSize): string | undefined {
  const { layers, width, feedForward, heads } = size;
  return Object.entries(known).find(
    ([, one]) => one.layers === layers && one.width === width && one.feedForward === feedForward && one.heads === heads,
  )?.[0];
}
