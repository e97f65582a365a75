type Shape = readonly number[];

/** An operation as far as its arithmetic is told by shapes. */
export interface ShapedOperation {
  op: string;
  inputShapes: readonly Shape[];
  outputShapes: readonly Shape[];
}

/**
 * Floating-point operations of a convolution or matrix product, two for each multiply-accumulate; null for any other
 * operation. Products with the zeros of a padding count, as in `denseMacs`.
 *
 * - Conv2D of x and filter [k1, k2, in, out] to y: 2 · |y| · k1 · k2 · in
 * - Conv2DBackpropInput of (sizes, filter, dy) and Conv2DBackpropFilter of (x, sizes, dy): 2 · |dy| · k1 · k2 · in
 * - MatMul and BatchMatMulV2 to [..., m, n], over k: 2 · |output| · k, whichever factors are transposed
 */
export function operationFlops({ op, inputShapes, outputShapes }: ShapedOperation): number | null {
  switch (op) {
    case 'Conv2D':
      return convolutionFlops(outputShapes[0]!, inputShapes[1]!);
    case 'Conv2DBackpropInput':
      return convolutionFlops(inputShapes[2]!, inputShapes[1]!);
    case 'Conv2DBackpropFilter':
      return convolutionFlops(inputShapes[2]!, outputShapes[0]!);
    case 'MatMul':
    case 'BatchMatMulV2':
      return productFlops(inputShapes[0]!, outputShapes[0]!);
    default:
      return null;
  }
}

function convolutionFlops(forwardOutput: Shape, [k1, k2, inChannels]: Shape): number {
  return 2 * sizeOf(forwardOutput) * k1! * k2! * inChannels!;
}

/** The first factor's matrices are m x k or k x m, so k is their size divided by m. */
function productFlops(first: Shape, output: Shape): number {
  const rows = output.at(-2)!;
  const inner = rows === 0 ? 0 : sizeOf(first.slice(-2)) / rows;
  return 2 * sizeOf(output) * inner;
}

function sizeOf(shape: Shape): number {
  return shape.reduce((size, extent) => size * extent, 1);
}
