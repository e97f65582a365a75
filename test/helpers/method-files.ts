import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../run/helpers.ts';

/** Files of methods, as a researcher would write them. */

/** A (k1 x k2) convolution to r channels and a (1 x 1) convolution to the outputs. */
export const bottleneck = `
export default ({ tf, conv2d, filterMatrix, heNormal, variableOf }) => {
  const rankOf = ({ outChannels }, scale) => Math.max(1, Math.round(scale * outChannels));
  const inputsOf = ({ kernel: [k1, k2], inChannels }) => k1 * k2 * inChannels;
  const parameters = (shape, scale) => rankOf(shape, scale) * (inputsOf(shape) + shape.outChannels);
  return {
    kind: 'layer',
    name: 'bottleneck',
    inits: ['default'],
    regularizers: ['none', 'weight-decay'],
    parameters,
    macs: (shape, scale) => parameters(shape, scale) * shape.outputSize[0] * shape.outputSize[1],
    build(shape, scale, _init, streams) {
      const { name, kernel, inChannels, outChannels, stride } = shape;
      const rank = rankOf(shape, scale);
      const down = heNormal(inputsOf(shape) * rank, inputsOf(shape), streams(\`weights/\${name}.down\`));
      const up = heNormal(rank * outChannels, rank, streams(\`weights/\${name}.up\`));
      const d = variableOf(\`\${name}.down\`, 'factor', down, [...kernel, inChannels, rank]);
      const u = variableOf(\`\${name}.up\`, 'factor', up, [1, 1, rank, outChannels]);
      const product = () => tf.matMul(tf.reshape(d.value, [-1, rank]), tf.reshape(u.value, [rank, outChannels]));
      return {
        variables: [d, u],
        apply: (x) => conv2d(conv2d(x, d.value, { stride: [stride, stride] }), u.value, { stride: [1, 1] }),
        matrix: () => tf.tidy(() => filterMatrix(tf.reshape(product(), [...kernel, inChannels, outChannels]))),
      };
    },
  };
};
`;

/** Keeps the weights whose gradient is largest. */
export const steepest = `
export const method = ({ highest, magnitudes }) => ({
  kind: 'sparse',
  name: 'steepest',
  phases: (training) => [{ label: 'train', training }],
  start: (context) => ({
    variables: [],
    beforePhase() {
      const gradients = context.gradients(context.batch('scores', context.training.batchSize));
      context.setMasks(highest(gradients.map(magnitudes), context.keep));
    },
  }),
});
`;

/** Writes a method's file into a new folder, which goes when the test ends. */
export async function methodFile(text: string, name = 'my-method.js'): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, text);
  return path;
}

/** A text with one part replaced, which must be there. */
export function altered(text: string, part: string, replacement: string): string {
  if (!text.includes(part)) throw new Error(`altered: the text has no '${part}'`);
  return text.replace(part, () => replacement);
}
