import { expect, it } from 'vitest';
import { streamsOf } from '../../harness/random.ts';
import { parseWorkerMessage } from '../../harness/run/protocol.ts';
import { mutateJson } from './mutations.ts';

/** Mutated messages of each kind; the environment multiplies them. */
const each = 50 * Number(process.env.FACTORBENCH_FUZZ ?? 1);

const progress = { phase: 'train', epoch: 1, epochs: 3, step: 4, steps: 10, loss: 0.5 };
const messages = [
  { type: 'progress', progress },
  { type: 'done' },
  { type: 'error', message: 'no luck', usage: false },
];

it.each(messages)('a damaged message of type $type is told as strange, or is one', (message) => {
  const random = streamsOf(`fuzz:${message.type}`, 0)('damage');
  const intact = parseWorkerMessage(message);
  expect(intact).toEqual({ message });
  let strange = 0;
  for (let count = 0; count < each; count++) {
    const { what, content } = mutateJson(Buffer.from(JSON.stringify({ came: message })), random);
    const read = parseWorkerMessage(JSON.parse(content.toString('utf8')).came);
    if ('message' in read) {
      expect(Object.keys(read.message), what).toEqual(Object.keys(message));
      continue;
    }
    strange++;
    expect(read.strange.length, what).toBeLessThan(400);
    expect(read.strange, what).not.toMatch(/[^\P{Cc}\n\t]/u);
  }
  expect(strange).toBeGreaterThan(0);
});
