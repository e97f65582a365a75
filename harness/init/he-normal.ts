import { gaussian, type Uniform } from '../random.ts';

/** N(0, 2/fanIn) draws (He et al. 2015). */
export function heNormal(size: number, fanIn: number, uniform: Uniform): Float32Array {
  return gaussian(size, Math.sqrt(2 / fanIn), uniform);
}
