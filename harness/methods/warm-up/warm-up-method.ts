import type { CompressibleLayer } from '../../nn/layer.ts';
import type { LayerMethod } from '../../nn/layer-method.ts';
import type { Blueprint, ConvShape } from '../../shape/blueprint.ts';
import type { Phase, PhaseTraining } from '../../train/phases.ts';

/** A method that trains the dense network first, and then replaces layers by what their trained weights come to. */
export interface WarmUpMethod {
  readonly kind: 'warm-up';
  readonly name: string;
  readonly source?: string | undefined;
  /** What it computes, in a sentence with the formula; methods of the registry say. */
  readonly definition?: string | undefined;
  /** What the layers become, and how that counts. */
  readonly layers: LayerMethod;
  /** The network with only those convolutions compressible that are replaced: its budget is that after the switch. */
  hybrid(blueprint: Blueprint): Blueprint;
  /**
   * The trainings, of which the last one is that of the factorized network; all before are the dense one's. One alone
   * where the training is too short for a dense phase.
   */
  phases<T extends PhaseTraining>(training: T, share: number): Phase<T>[];
  /** Gives a layer that `layers` built the weight of the dense layer in its place. */
  replace(layer: CompressibleLayer, dense: CompressibleLayer, shape: ConvShape): void;
}
