import { hasKernel } from '../kernel-choice.ts';
import { type Attributes, runOp, type Tensor, tf } from '../tensorflow.ts';

/** y = exp(x)/Σexp(x) over the last axis, with the gradient (∂y − Σ ∂y∘y)∘y. */
export function softmax(x: Tensor): Tensor {
  return tf.customGrad((input, save) => {
    const y = softmaxValue(input as Tensor);
    (save as (tensors: Tensor[]) => void)([y]);
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const product = tf.mul(dy, saved[0]!);
        return tf.mul(tf.sub(dy, tf.sum(product, -1, true)), saved[0]!);
      },
    };
  })(x);
}

/** Softmax without a gradient. */
export function softmaxValue(x: Tensor): Tensor {
  return hasKernel(oneDnn, () => run(oneDnn, tf.zeros([1, 2]))) ? run(oneDnn, x) : run('Softmax', x);
}

const oneDnn = '_MklSoftmax';

function run(name: string, x: Tensor): Tensor {
  const attributes: Attributes = { T: { type: 'float32' } };
  if (name === oneDnn) attributes._kernel = { string: 'MklNameChangeOp' };
  return runOp(name, [x], attributes)[0]!;
}
