import type { ActivationName } from '../../spec/nasi.ts';
import { type Graph, type GraphNode, scaleOf } from './graph.ts';

/**
 * A network of one example in float64, by the project's own arithmetic: the same bits on every processor. θ holds the
 * weights one after another, as the graph says.
 */

/** The values of all nodes for one example x [side·side·channels]; the last one's are the outputs. */
export function forward(
  { nodes, weights }: Graph,
  theta: Float64Array,
  x: ArrayLike<number>,
  mixing: Float64Array | null = null,
): Float64Array[] {
  const values: Float64Array[] = [];
  for (const node of nodes) {
    const out = new Float64Array(node.side * node.side * node.channels);
    switch (node.op) {
      case 'input':
        out.set(x);
        break;
      case 'map': {
        const weight = weights[node.weight]!;
        const w = theta.subarray(weight.offset, weight.offset + weight.size);
        addConvolved(out, values[node.of]!, w, tapsOf(node), weight.shape[2], node.channels);
        const scale = scaleOf(weight);
        for (let i = 0; i < out.length; i++) out[i]! *= scale;
        break;
      }
      case 'activation': {
        const from = values[node.of]!;
        for (let i = 0; i < out.length; i++) out[i] = activated(node.activation, from[i]!);
        break;
      }
      case 'smooth':
      case 'shrink': {
        const from = values[node.of]!;
        eachShare(node, (input, output, share) => {
          for (let c = 0; c < node.channels; c++) {
            out[output * node.channels + c]! += share * from[input * node.channels + c]!;
          }
        });
        break;
      }
      case 'sum':
        node.of.forEach((of, term) => {
          const from = values[of]!;
          const factor = factorOf(node, term, mixing);
          for (let i = 0; i < out.length; i++) out[i]! += factor * from[i]!;
        });
        break;
    }
    values.push(out);
  }
  return values;
}

/** Where gradients are added to. */
export interface Gradients {
  theta: Float64Array;
  /** For the weights of operations; null: not wanted. */
  mixing: Float64Array | null;
}

/**
 * Adds the gradients of ⟨slope, outputs⟩ of one example.
 *
 * @param values of the forward pass
 * @param slope [outputs]
 */
export function backward(
  { nodes, weights }: Graph,
  theta: Float64Array,
  values: readonly Float64Array[],
  slope: ArrayLike<number>,
  gradients: Gradients,
  mixing: Float64Array | null = null,
): void {
  const slopes = values.map(({ length }) => new Float64Array(length));
  slopes.at(-1)!.set(slope);
  for (let at = nodes.length - 1; at > 0; at--) {
    const node = nodes[at]!;
    const own = slopes[at]!;
    switch (node.op) {
      case 'input':
        break;
      case 'map': {
        const weight = weights[node.weight]!;
        const from = values[node.of]!;
        const scale = scaleOf(weight);
        for (let i = 0; i < own.length; i++) own[i]! *= scale;
        const [first, end] = [weight.offset, weight.offset + weight.size];
        const [channels, pairs] = [weight.shape[2], tapsOf(node)];
        addFilterGradient(gradients.theta.subarray(first, end), from, own, pairs, channels, node.channels);
        if (nodes[node.of]!.op !== 'input') {
          addInputGradient(slopes[node.of]!, own, theta.subarray(first, end), pairs, channels, node.channels);
        }
        break;
      }
      case 'activation': {
        const [from, to] = [values[node.of]!, slopes[node.of]!];
        for (let i = 0; i < own.length; i++) to[i]! += own[i]! * slopeOf(node.activation, from[i]!, values[at]![i]!);
        break;
      }
      case 'smooth':
      case 'shrink': {
        const to = slopes[node.of]!;
        eachShare(node, (input, output, share) => {
          for (let c = 0; c < node.channels; c++) {
            to[input * node.channels + c]! += share * own[output * node.channels + c]!;
          }
        });
        break;
      }
      case 'sum':
        node.of.forEach((of, term) => {
          const [from, to] = [values[of]!, slopes[of]!];
          const factor = factorOf(node, term, mixing);
          let product = 0;
          for (let i = 0; i < own.length; i++) {
            to[i]! += factor * own[i]!;
            product += own[i]! * from[i]!;
          }
          if (gradients.mixing !== null && node.mixing !== null) gradients.mixing[node.mixing[term]!]! += product;
        });
        break;
    }
  }
}

/** y[output] += x[input]·W[tap] of every pair; x rows [channels], y rows [out], W [tap, channels, out]. */
function addConvolved(
  y: Float64Array,
  x: Float64Array,
  w: Float64Array,
  pairs: Int32Array,
  channels: number,
  out: number,
): void {
  for (let p = 0; p < pairs.length; p += 3) {
    const [from, to, at] = [pairs[p]! * channels, pairs[p + 1]! * out, pairs[p + 2]! * channels * out];
    for (let i = 0; i < channels; i++) {
      const value = x[from + i]!;
      const row = at + i * out;
      for (let o = 0; o < out; o++) y[to + o]! += value * w[row + o]!;
    }
  }
}

/** W[tap] += x[input]ᵀ·δ[output] of every pair. */
function addFilterGradient(
  w: Float64Array,
  x: Float64Array,
  slope: Float64Array,
  pairs: Int32Array,
  channels: number,
  out: number,
): void {
  for (let p = 0; p < pairs.length; p += 3) {
    const [from, to, at] = [pairs[p]! * channels, pairs[p + 1]! * out, pairs[p + 2]! * channels * out];
    for (let i = 0; i < channels; i++) {
      const value = x[from + i]!;
      const row = at + i * out;
      for (let o = 0; o < out; o++) w[row + o]! += value * slope[to + o]!;
    }
  }
}

/** x[input] += δ[output]·W[tap]ᵀ of every pair. */
function addInputGradient(
  x: Float64Array,
  slope: Float64Array,
  w: Float64Array,
  pairs: Int32Array,
  channels: number,
  out: number,
): void {
  for (let p = 0; p < pairs.length; p += 3) {
    const [from, to, at] = [pairs[p]! * channels, pairs[p + 1]! * out, pairs[p + 2]! * channels * out];
    for (let i = 0; i < channels; i++) {
      const row = at + i * out;
      let sum = 0;
      for (let o = 0; o < out; o++) sum += slope[to + o]! * w[row + o]!;
      x[from + i]! += sum;
    }
  }
}

type Sum = Extract<GraphNode, { op: 'sum' }>;

function factorOf({ mixing: places }: Sum, term: number, mixing: Float64Array | null): number {
  if (places === null) return 1;
  if (mixing === null) throw new Error('a network that mixes operations needs their weights');
  return mixing[places[term]!]!;
}

/** √2 */
const gain = Math.SQRT2;

function activated(activation: ActivationName, h: number): number {
  switch (activation) {
    case 'relu':
      return h > 0 ? gain * h : 0;
    case 'tanh':
      return Math.tanh(h);
    case 'sigmoid':
      return 1 / (1 + Math.exp(-h));
    case 'linear':
      return h;
  }
}

/** φ′(h), of h and φ(h). */
function slopeOf(activation: ActivationName, h: number, value: number): number {
  switch (activation) {
    case 'relu':
      return h > 0 ? gain : 0;
    case 'tanh':
      return 1 - value * value;
    case 'sigmoid':
      return value * (1 - value);
    case 'linear':
      return 1;
  }
}

/** The pairs of an input and an output pixel that the taps of a filter join: input, output, tap, one after another. */
function tapsOf({ side, kernel }: Extract<GraphNode, { op: 'map' }>): Int32Array {
  const key = `${side}/${kernel}`;
  const known = taps.get(key);
  if (known !== undefined) return known;
  const reach = (kernel - 1) / 2;
  const found: number[] = [];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      for (let tap = 0; tap < kernel * kernel; tap++) {
        const y = row + Math.floor(tap / kernel) - reach;
        const x = column + (tap % kernel) - reach;
        if (y >= 0 && y < side && x >= 0 && x < side) found.push(y * side + x, row * side + column, tap);
      }
    }
  }
  const made = Int32Array.from(found);
  taps.set(key, made);
  return made;
}

/** They are the same for every example. */
const taps = new Map<string, Int32Array>();

/** Every pair of an input and an output pixel of means, with the input's share. */
function eachShare(
  node: Extract<GraphNode, { op: 'smooth' | 'shrink' }>,
  visit: (input: number, output: number, share: number) => void,
): void {
  const { side } = node;
  const isShrink = node.op === 'shrink';
  const inputSide = isShrink ? side * node.window : side;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [top, left] = isShrink ? [row * node.window, column * node.window] : [row - 1, column - 1];
      const reach = isShrink ? node.window : 3;
      const rows = within(top, reach, inputSide);
      const columns = within(left, reach, inputSide);
      const share = 1 / ((rows.end - rows.start) * (columns.end - columns.start));
      for (let y = rows.start; y < rows.end; y++) {
        for (let x = columns.start; x < columns.end; x++) visit(y * inputSide + x, row * side + column, share);
      }
    }
  }
}

function within(from: number, length: number, side: number): { start: number; end: number } {
  return { start: Math.max(0, from), end: Math.min(side, from + length) };
}
