import type { NarrowMethod } from './narrow.ts';

/**
 * The thinner dense network of as many multiply-accumulates as the low-rank network of the budget. Not the budget's
 * share of the dense ones: at a budget of parameters no two methods take the same operations (low-rank convolutions
 * take more than their share, because strides come late), and what a thinner network is to be held against is what the
 * factorized one really computes. Its parameters are therefore others than the budget's; the record's ratio says.
 */
export const narrowMacs: NarrowMethod = {
  kind: 'narrow',
  name: 'narrow-macs',
  source: 'a control: the dense network of as many operations as low-rank, made thinner',
  definition:
    'A dense network all of whose widths are scaled by one factor, so that it takes the multiply-accumulates of the low-rank network of the budget.',
  equal: 'macs',
};
