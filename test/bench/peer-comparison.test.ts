import { expect, test } from 'vitest';
import { comparePeers, fastestPeer, type PeerResult } from '../../harness/bench/peer-comparison.ts';

function busy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('comparePeers measures task and peers in turn, and gives each peer’s ratio', async () => {
  let calls = 0;
  const told: (readonly number[])[] = [];
  const commands = [`echo '{"step_ms": 2000}'`, `echo '{"step_ms": 1000}'`];
  const { milliseconds, peers } = await comparePeers(() => busy(++calls % 4 === 1 ? 150 : 2), {
    commands,
    alternations: 2,
    iterations: 3,
    threads: 1,
    env: process.env,
    limitSeconds: 60,
    onAlternation: (values) => told.push(values),
  });
  // Each alternation one warm-up call, of 150 ms here, and three timed ones.
  expect(calls).toBe(8);
  expect(milliseconds).toHaveLength(2);
  for (const time of milliseconds) expect(time).toBeGreaterThanOrEqual(2);
  for (const time of milliseconds) expect(time).toBeLessThan(140);
  expect(told).toEqual(milliseconds.map((time) => [time, 2000, 1000]));
  expect(peers.map(({ command, stepMs }) => [command, stepMs])).toEqual([
    [commands[0], 2000],
    [commands[1], 1000],
  ]);
  expect(peers[0]!.ratio.ratios).toEqual(milliseconds.map((time) => 2000 / time));
});

test('fastestPeer is the one with the smallest median time', () => {
  const peer = (command: string, stepMs: number) => ({ command, stepMs }) as PeerResult;
  expect(fastestPeer([peer('a', 3), peer('b', 1), peer('c', 2)]).command).toBe('b');
});
