import type { LayerMethod } from '../nn/layer-method.ts';

/** The dense network with other widths: what every other method has to beat. */
export interface NarrowMethod {
  readonly kind: 'narrow';
  readonly name: string;
  readonly source?: string | undefined;
  /** What it computes, in a sentence with the formula; methods of the registry say. */
  readonly definition?: string | undefined;
  /** What it has as many of as the method that it is a control of. */
  readonly equal: 'parameters' | 'macs';
  /** Whether its widths are a share of the dense network's, which is so where it does not say, or a multiple. */
  readonly side?: 'narrower' | 'wider';
  /** The method whose parameters a rank scale stands for; where it does not say, low-rank. */
  readonly like?: LayerMethod;
}

/**
 * The null hypothesis of compression: a dense network of the same depth, all of whose widths between input and output
 * are scaled by one factor, with as many parameters as the budget gives. Of all widths, those whose count is nearest;
 * the ratio of the record is what they come to. It trains as the dense network does, from its initialization.
 *
 * Networks of images have round(s·c) channels in place of c; Transformers keep their heads, each of round(s·size)
 * features, and round(s·f) in place of f between the matrices of a feed-forward layer.
 */
export const narrow: NarrowMethod = {
  kind: 'narrow',
  name: 'narrow',
  source: 'a control: the dense network of as many parameters, made thinner',
  definition: 'A dense network all of whose widths are scaled by one factor, so that it has the budget’s parameters.',
  equal: 'parameters',
};
