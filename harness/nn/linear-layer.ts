import { type Tensor2D, tf } from '../engine/tensorflow.ts';
import { variableOf } from '../engine/variable.ts';
import { heNormal } from '../init/he-normal.ts';
import { type Streams, uniformIn } from '../random.ts';
import type { LinearShape } from '../shape/blueprint.ts';
import type { Layer } from './layer.ts';

/** x·W + b with W He normal (the paper's ResNet code) and b uniform in ±1/√in (PyTorch's default). */
export function linearLayer({ name, inFeatures, outFeatures }: LinearShape, streams: Streams): Layer {
  const weight = heNormal(inFeatures * outFeatures, inFeatures, streams(`weights/${name}`));
  const bias = uniformIn(outFeatures, 1 / Math.sqrt(inFeatures), streams(`weights/${name}.bias`));
  const w = variableOf(`${name}.weight`, 'weight', weight, [inFeatures, outFeatures]);
  const b = variableOf(`${name}.bias`, 'weight', bias, [outFeatures]);
  return {
    variables: [w, b],
    apply: (x) => tf.add(tf.matMul(x as Tensor2D, w.value as Tensor2D), b.value),
  };
}
