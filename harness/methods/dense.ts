import { denseConv } from '../nn/conv-layer.ts';
import type { LayerMethod } from '../nn/layer-method.ts';
import { denseMacs, denseParameters } from '../shape/blueprint.ts';
import { denseMatrices } from './dense-matrix.ts';

/** The uncompressed layer: the reference that every budget and speed is relative to. */
export const dense: LayerMethod = {
  kind: 'layer',
  name: 'dense',
  source: 'the network as it is',
  definition: 'Every layer holds its whole weight W; the reference that budgets and speeds are relative to.',
  compresses: false,
  parameters: denseParameters,
  macs: denseMacs,
  build: (shape, _scale, _init, streams) => denseConv(shape, streams, true),
  matrices: denseMatrices,
};
