import { deep } from './deep.ts';
import { lowRank } from './low-rank.ts';
import type { NarrowMethod } from './narrow.ts';

/**
 * The null hypothesis of overcomplete training: a dense network of the same depth with all widths between input and
 * output scaled up, by bisection, to as many parameters as the overcomplete network trains; a rank scale stands for
 * those that the low-rank network has there. Of the counts that widths reach, the nearest. It keeps all its parameters
 * for inference, which the overcomplete network collapses to those of the dense one.
 */
export const wider: NarrowMethod = {
  kind: 'narrow',
  name: 'wider',
  source: 'a control: the dense network of as many trained parameters as the overcomplete one, made wider',
  definition:
    'A dense network all of whose widths are scaled up by one factor, so that it trains as many parameters as the overcomplete one.',
  equal: 'parameters',
  side: 'wider',
  like: lowRank,
};

/** The same, where a rank scale stands for the parameters that the network of three factors has there. */
export const widerDeep: NarrowMethod = { ...wider, name: 'wider-deep', like: deep };
