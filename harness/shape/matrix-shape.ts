/** A weight matrix W [in, out] that a method may factorize, as plain data. */
export interface MatrixShape {
  kind: 'matrix';
  name: string;
  inFeatures: number;
  outFeatures: number;
  /** `linear` maps rows x to x·W; `embedding` has one row of W an id. It decides the initialization and the ranks. */
  use: 'linear' | 'embedding';
}

/** Parameters of the dense matrix. */
export function matrixParameters({ inFeatures, outFeatures }: MatrixShape): number {
  return inFeatures * outFeatures;
}

/** Multiply-accumulate operations of the dense matrix for one row x, or for looking up one id: then none. */
export function matrixMacs(shape: MatrixShape): number {
  return shape.use === 'embedding' ? 0 : matrixParameters(shape);
}
