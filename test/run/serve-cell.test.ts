import { expect, it } from 'vitest';
import { CellRefusal } from '../../harness/errors.ts';
import { messageOf, throttled } from '../../harness/run/serve-cell.ts';
import type { CellProgress } from '../../harness/tasks/context.ts';

it('passes on the first progress of each phase, and at most five a second', () => {
  const sent: number[] = [];
  let time = 0;
  const report = throttled(
    (progress) => sent.push(progress.step),
    () => time,
  );
  const at = (milliseconds: number, phase: CellProgress['phase'], step: number) => {
    time = milliseconds;
    report({ phase, epoch: 1, epochs: 1, step, steps: 10, loss: null });
  };
  at(1000, 'prepare', 1);
  at(1001, 'train', 2);
  at(1100, 'train', 3);
  at(1200, 'train', 4);
  at(1201, 'train', 5);
  at(1400, 'train', 6);
  at(1401, 'evaluate', 7);
  expect(sent).toEqual([1, 2, 5, 7]);
});

it('tells why a cell is refused without a stack, which it tells of an error that nobody foresaw', () => {
  expect(messageOf(new CellRefusal('not on these data'))).toBe('not on these data');
  expect(messageOf(new Error('broken'))).toMatch(/broken\n\s+at /);
});
