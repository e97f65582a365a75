import { withoutLeaks } from '../../engine/gradients.ts';
import type { ChannelMap } from '../../engine/ops/conv2d.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { MethodFileError } from '../../errors.ts';
import type { CompressibleLayer, Pass, StatisticUpdates } from '../../nn/layer.ts';
import type { LayerMethod } from '../../nn/layer-method.ts';
import type { ConvShape } from '../../shape/blueprint.ts';
import { countSchema, type GivenLayerMethod, layerSchema } from './file-schema.ts';
import { fitting, inFile } from './in-file.ts';

/**
 * A layer method from a file. Its counts and every layer that it builds are checked; all that goes wrong names the
 * file.
 */
export function layerMethodOfFile(file: string, given: GivenLayerMethod): LayerMethod {
  const { name, inits, largestScale, matrices } = given;
  const counting = (part: 'parameters' | 'macs') => (shape: ConvShape, scale: number) => {
    const place = `${part}(${shape.name}, ${scale})`;
    return fitting(
      file,
      place,
      countSchema,
      inFile(file, place, () => given[part](shape, scale)),
    );
  };
  const parameters = counting('parameters');
  return {
    kind: 'layer',
    name,
    compresses: true,
    parameters,
    macs: counting('macs'),
    build(shape, scale, init, streams) {
      const place = `build(${shape.name})`;
      const before = tf.memory().numTensors;
      const built: unknown = inFile(file, place, () => given.build(shape, scale, init, streams));
      const layer = checkedLayer(file, shape, built);
      const left = tf.memory().numTensors - before - layer.variables.length;
      if (left !== 0) {
        const remedy = 'wrap what build computes in tf.tidy, and give each variable a tensor of its own';
        throw new MethodFileError(file, `${place}: leaves ${left} tensor(s) beside its variables'; ${remedy}`);
      }
      requireVariables(file, shape, layer, parameters(shape, scale));
      tryOut(file, shape, layer);
      return layer;
    },
    ...(inits === undefined ? {} : { inits }),
    ...(largestScale === undefined ? {} : { largestScale }),
    ...(matrices === undefined ? {} : { matrices }),
  };
}

/** The layer that `build` returned, with its parts called in the file's name. */
function checkedLayer(file: string, shape: ConvShape, built: unknown): CompressibleLayer {
  const { variables, warnings } = fitting(file, `build(${shape.name})`, layerSchema, built);
  // The parts stay methods of their object.
  const layer = built as CompressibleLayer & Partial<Pick<CompressibleLayer, 'frobeniusGradients'>>;
  const applyMapped = (x: Tensor, map: ChannelMap) =>
    inFile(file, `applyMapped of ${shape.name}`, () => layer.applyMapped!(x, map));
  return {
    variables,
    ...(warnings === undefined ? {} : { warnings }),
    apply: (x, pass) => inFile(file, `apply of ${shape.name}`, () => layer.apply(x, pass)),
    ...(layer.applyMapped === undefined ? {} : { applyMapped }),
    matrix: () => inFile(file, `matrix of ${shape.name}`, () => layer.matrix()),
    frobeniusGradients: () =>
      inFile(file, `frobeniusGradients of ${shape.name}`, () => layer.frobeniusGradients?.() ?? null),
  };
}

function requireVariables(file: string, shape: ConvShape, { variables }: CompressibleLayer, counted: number): void {
  const fail = (what: string): never => {
    throw new MethodFileError(file, `build(${shape.name}): ${what}`);
  };
  const names = variables.map(({ name }) => name);
  for (const { name, role } of variables) {
    if (!name.startsWith(`${shape.name}.`)) fail(`names a variable '${name}'; begin it with '${shape.name}.'`);
    if (!['weight', 'factor', 'statistic'].includes(role)) fail(`gives ${name} the unknown role '${role}'`);
  }
  if (new Set(names).size < names.length) fail(`has two variables of one name among ${names.join(', ')}`);
  const made = variables.reduce((sum, { role, size }) => sum + (role === 'statistic' ? 0 : size), 0);
  if (made !== counted) fail(`makes ${made} parameters, but parameters() counts ${counted}; let the two agree`);
}

/**
 * Applies a new layer to two images in training and in evaluation, compares its shapes with the dense layer's, and its
 * two ways to evaluate with each other.
 */
function tryOut(file: string, shape: ConvShape, layer: CompressibleLayer): void {
  const { name, kernel, inChannels, outChannels, stride } = shape;
  const [height, width] = shape.outputSize;
  const trying = (part: string, run: () => void) =>
    inFile(file, `${part} of ${name}`, () => withoutLeaks('it', () => tf.tidy(run)));
  for (const training of [true, false]) {
    trying('apply', () => {
      const updates: StatisticUpdates = [];
      const pass: Pass = training ? { training, updates } : { training };
      const y = layer.apply(tf.zeros([2, height * stride, width * stride, inChannels]), pass);
      requireShape('a batch of two', y, [2, height, width, outChannels]);
      for (const [variable, next] of updates) {
        requireShape(`the update of ${variable.name}`, next, variable.value.shape);
        // Updates outlive the pass: here nobody takes them over.
        next.dispose();
      }
    });
  }
  trying('applyMapped', () => {
    if (layer.applyMapped === undefined) return;
    const x = tf.reshape(tf.cos(tf.range(0, 2 * height * width * stride ** 2 * inChannels)), [
      2,
      height * stride,
      width * stride,
      inChannels,
    ]);
    const map = { scale: tf.range(1, outChannels + 1), offset: tf.range(0, outChannels) };
    const y = layer.applyMapped(x, map);
    requireShape('a batch of two', y, [2, height, width, outChannels]);
    const expected = tf.add(tf.mul(layer.apply(x, { training: false }), map.scale), map.offset);
    const [miss, size] = [tf.sub(y, expected), expected].map((of) => tf.max(tf.abs(of)).dataSync()[0]!);
    if (!(miss! <= 1e-3 * size!)) throw new Error(`it differs by ${miss} from scale·apply(x) + offset`);
  });
  trying('matrix', () =>
    requireShape('W', layer.matrix(), [outChannels * kernel[0], inChannels * kernel[1]], ', (out·k1) x (in·k2)'),
  );
  trying('frobeniusGradients', () => {
    layer.frobeniusGradients()?.forEach((gradient, i) => {
      requireShape(`gradient ${i}`, gradient, layer.variables[i]?.value.shape ?? []);
    });
  });
}

function requireShape(what: string, tensor: Tensor, expected: readonly number[], meaning = ''): void {
  if (!(tensor instanceof tf.Tensor)) throw new Error(`${what} is no tensor`);
  const { shape, dtype } = tensor;
  if (shape.join() === expected.join() && dtype === 'float32') return;
  throw new Error(`${what} comes out as ${dtype} [${shape}], the dense layer's as float32 [${expected}]${meaning}`);
}
