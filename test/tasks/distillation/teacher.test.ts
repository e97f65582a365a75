import { expect, test } from 'vitest';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { teacherNetwork, withDrawnTeacher } from '../../../harness/tasks/distillation/teacher.ts';
import type { SavedWeights } from '../../../harness/weight-file.ts';
import { tensorOf, valuesOf } from '../../helpers/engine.ts';
import { randomValues } from '../../helpers/reference.ts';
import { normalizationsMoved, tinyModel } from '../../helpers/tiny-training.ts';

const trained = normalizationsMoved(tinyModel({ method: 'dense', seed: 3 }));
const weights: SavedWeights = new Map(
  trained.variables.map(({ name, value }) => [
    name,
    { shape: value.shape, values: Float32Array.from(value.dataSync()) },
  ]),
);

test('a teacher is the network that its cell came to, under names of its own', () => {
  const teacher = teacherNetwork(trained.blueprint, weights);
  const images = tensorOf(randomValues('images', [4, 8, 8, 3]));
  const [own, theirs] = [trained, teacher].map((model) => valuesOf(model.apply(images, { training: false })));
  expect(theirs).toEqual(own);
  expect(teacher.variables.map(({ name }) => name)).toEqual(trained.variables.map(({ name }) => `teacher.${name}`));
});

test('weights of another network are refused', () => {
  const lacking = new Map([...weights].slice(1));
  expect(() => teacherNetwork(trained.blueprint, lacking)).toThrow(
    `teacher: its weights lack ${[...weights.keys()][0]}`,
  );
  const more = new Map([...weights, ['further', { shape: [1], values: new Float32Array(1) }] as const]);
  expect(() => teacherNetwork(trained.blueprint, more)).toThrow(
    `teacher: it has ${weights.size} variables, its weights hold ${weights.size + 1}`,
  );
  const wider = tinyModel({ method: 'dense', shape: { width: 5 } }).blueprint;
  expect(() => teacherNetwork(wider, weights)).toThrow(/expected shape/);
});

test('a teacher has drawn weights while its student is defined, and its own again afterwards, also behind an error', async () => {
  const teacher = teacherNetwork(trained.blueprint, weights);
  const valuesNow = () => teacher.variables.map(({ value }) => valuesOf(value));
  const own = valuesNow();
  const tensors = tf.memory().numTensors;
  const drawn = await withDrawnTeacher(teacher, async () => valuesNow());
  expect(drawn).not.toEqual(own);
  expect(await withDrawnTeacher(teacher, async () => valuesNow())).toEqual(drawn);
  const failing = withDrawnTeacher(teacher, async () => {
    throw new Error('stopped');
  });
  await expect(failing).rejects.toThrow('stopped');
  expect(valuesNow()).toEqual(own);
  expect(tf.memory().numTensors).toBe(tensors);
});
