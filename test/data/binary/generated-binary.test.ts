import { expect, it } from 'vitest';
import { generatedBinary } from '../../../harness/data/binary/generated-binary.ts';
import { gaussian, streamsOf } from '../../../harness/random.ts';

const source = { pixels: 3, latent: 2, units: 4 };

it('follows from the program: a smaller part is the beginning of a larger one, and parts differ', () => {
  const [few, many] = [10, 25].map((count) => generatedBinary.generate('train', count, source));
  expect(many!.values.subarray(0, 30)).toEqual(few!.values);
  expect(generatedBinary.generate('test', 25, source).values).not.toEqual(many!.values);
  expect(new Set(many!.values)).toEqual(new Set([0, 1]));
});

it('has bits of a decoder with weights of N(0, 1) and N(0, 0.9²): logits by hand', () => {
  const streams = streamsOf('generated-binary/1', 0);
  const a = gaussian(8, 1, streams('hidden/2-4-3'));
  const b = gaussian(12, 0.9, streams('logits/2-4-3'));
  const uniform = streams('test/2-4-3');
  const { values } = generatedBinary.generate('test', 40, source);
  for (let n = 0; n < 40; n++) {
    const [z0, z1] = gaussian(2, 1, uniform) as unknown as [number, number];
    for (let pixel = 0; pixel < 3; pixel++) {
      let logit = 0;
      for (let unit = 0; unit < 4; unit++) {
        logit += Math.tanh(z0 * a[unit]! + z1 * a[4 + unit]!) * b[unit * 3 + pixel]!;
      }
      expect(values[n * 3 + pixel]).toBe(uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0);
    }
  }
});
