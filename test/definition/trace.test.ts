import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { mostDrawn, type TracedPhase, traceOf } from '../../harness/definition/trace.ts';

/** Steps of two examples each, which draw their number. */
function phaseOf(steps: number, stepsPerPoint: number, rateAt: (step: number) => number): TracedPhase<number> {
  return {
    steps,
    stepsPerPoint,
    rateAt,
    *drawn(point) {
      // More than any point takes.
      for (let step = 0; step < 10; step++) {
        const number = 100 * point + step;
        yield { size: 2, shape: 'two', parts: { order: Int32Array.of(number) }, batch: () => number };
      }
    },
  };
}

test('goes through the steps as the training loop does: the last point may be shorter', async () => {
  const seen: [number, number][] = [];
  const rateAt = (step: number) => (step < 3 ? 0.1 : 0.01);
  const trace = await traceOf([phaseOf(5, 2, rateAt), phaseOf(2, 2, () => 0.5)], async ({ phase }, { batch }) => {
    seen.push([phase, batch()]);
    return {};
  });
  expect(seen).toEqual([
    [0, 0],
    [0, 1],
    [0, 100],
    [0, 101],
    [0, 200],
    [1, 300],
    [1, 301],
  ]);
  expect([trace.steps, trace.examples, trace.rates]).toEqual([7, 14, '0.1*3 0.01*2 0.5*2']);
});

test('keeps at each point the beginning of a digest of all that was drawn so far', async () => {
  const { drawn } = await traceOf([phaseOf(3, 2, () => 1)]);
  const digest = (...numbers: number[]) =>
    createHash('sha256')
      .update(Buffer.from(Int32Array.from(numbers).buffer))
      .digest('hex')
      .slice(0, 8);
  expect(drawn.order).toBe(digest(0, 1) + digest(0, 1, 100));
  expect(Object.keys(drawn)).toEqual(['batch shapes', 'learning rate', 'order']);
});

test('hashes what is told of a step like what is drawn', async () => {
  const told = (...texts: string[]) => createHash('sha256').update(texts.join('')).digest('hex').slice(0, 8);
  const { drawn } = await traceOf([phaseOf(3, 2, () => 1)], async ({ step }) => ({
    changes: step === 2 ? '' : `${step}; `,
  }));
  expect(drawn.changes).toBe(told('1; ') + told('1; ', '3; '));
});

test('learning rates that change with every step are told by their digest alone', async () => {
  const { rates, drawn } = await traceOf([phaseOf(60, 10, (step) => 1 / (step + 1))]);
  expect(rates).toBeNull();
  expect(drawn['learning rate']).toHaveLength(6 * 8);
});

test('of a point of very many steps goes through the first draws, and all learning rates', async () => {
  const steps = mostDrawn + 3;
  let drawn = 0;
  const seen: number[] = [];
  const phase: TracedPhase<number> = {
    steps: 2 * steps,
    stepsPerPoint: steps,
    rateAt: (step) => (step < steps + mostDrawn + 1 ? 0.1 : 0.01),
    *drawn() {
      for (;;) {
        drawn++;
        yield { size: 2, shape: 'two', parts: {}, batch: () => drawn };
      }
    },
  };
  const trace = await traceOf([phase], async ({ step }) => {
    seen.push(step);
    return {};
  });
  expect(drawn).toBe(2 * mostDrawn);
  expect([seen.at(0), seen.at(mostDrawn), seen.at(-1)]).toEqual([1, steps + 1, steps + mostDrawn]);
  const rates = `0.1*${steps + mostDrawn + 1} 0.01*2`;
  expect(trace).toMatchObject({ steps: 2 * steps, examples: 4 * steps, rates });
  expect(trace.drawn['learning rate']).toHaveLength(16);
});
