import { describe, expect, test } from 'vitest';
import { runPeer } from '../../harness/bench/peer.ts';
import { UsageError } from '../../harness/errors.ts';

/** A command line that runs a program of JavaScript; the program has no single quotes. */
const node = (program: string) => `'${process.execPath}' -e '${program}'`;
const run = (command: string, limitSeconds = 60) => runPeer(command, { threads: 3, env: process.env, limitSeconds });

async function messageOf(command: string): Promise<string> {
  const error = await run(command).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

describe('runPeer', () => {
  test.each([
    ['alone', 'console.log(JSON.stringify({ step_ms: 12.5 }))'],
    ['among other fields', 'console.log(JSON.stringify({ peer: "x", step_ms: 12.5, steps: [1, 2] }))'],
    [
      'as the last JSON object, between other lines',
      'console.log(JSON.stringify({ step_ms: 1 })); console.log("  {\\"step_ms\\": 12.5}\\n{7: 1}\\n3\\ndone\\n")',
    ],
  ])('reads step_ms %s', async (_what, program) => {
    expect(await run(node(program))).toBe(12.5);
  });

  test('tells the peer its threads, beside the environment that it is given', async () => {
    const program = `const e = process.env; const n = e.OMP_NUM_THREADS * 100 + e.MKL_NUM_THREADS * 10 + Number(e.OTHER);
      console.log(JSON.stringify({ step_ms: n }))`;
    expect(
      await runPeer(node(program), {
        threads: 3,
        limitSeconds: 60,
        env: { ...process.env, OMP_NUM_THREADS: '9', OTHER: '4' },
      }),
    ).toBe(334);
  });

  test('hands nothing of this process’s environment on but what it is given', async () => {
    process.env.FACTORBENCH_TEST_ONLY = '5';
    try {
      const program = 'console.log(JSON.stringify({ step_ms: "FACTORBENCH_TEST_ONLY" in process.env ? 1 : 2 }))';
      expect(await runPeer(node(program), { threads: 1, env: { PATH: process.env.PATH }, limitSeconds: 60 })).toBe(2);
    } finally {
      delete process.env.FACTORBENCH_TEST_ONLY;
    }
  });

  test('ends a peer that takes too long, with what its shell started, and says how to give it more', async () => {
    const began = performance.now();
    await expect(run('sleep 50; echo', 1)).rejects.toThrow(/--peer sleep 50; echo: .*longer than 1 s; .*--peer-limit/);
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  test('runs through the shell', async () => {
    expect(await run(`echo '{"step_ms": 4}' | cat && true`)).toBe(4);
  });

  test('names a failing command with its exit code and the end of its stderr', async () => {
    const command = node('for (let i = 1; i <= 40; i++) console.error("line " + i + "."); process.exit(3)');
    const message = await messageOf(command);
    expect(message).toContain(`--peer ${command}: the program failed (exit code 3)`);
    expect(message).toMatch(/ends with:\nline 26\.\n[\s\S]*line 40\.$/);
    expect(message).not.toContain('line 25.');
  });

  test('believes no result of a command that fails afterwards', async () => {
    expect(await messageOf(node('console.log(JSON.stringify({ step_ms: 4 })); process.exit(1)'))).toContain(
      'exit code 1',
    );
  });

  test('does not take an earlier result for one that is not a number', async () => {
    const command = `echo '{"step_ms": 3}'; echo '{"step_ms": NaN}'`;
    await expect(run(command)).rejects.toThrow(/step_ms must be a positive number .*NaN/);
  });

  test('names a command that is not there', async () => {
    expect(await messageOf('no-such-program-here --fast')).toMatch(
      /no-such-program-here --fast: .*exit code 127[\s\S]*not found/,
    );
  });

  test('names a command that a signal ended', async () => {
    expect(await messageOf(`kill -9 $$`)).toContain('SIGKILL');
  });

  test.each([
    ['nothing', ''],
    ['text', 'console.log("12.5 ms")'],
    ['a number', 'console.log(12.5)'],
    ['a list', 'console.log("[12.5]")'],
  ])('refuses %s in place of a JSON object', async (_what, program) => {
    expect(await messageOf(node(`console.error("why"); ${program}`))).toMatch(
      /no line of its stdout is a JSON object.*\(exit code 0\)[\s\S]*why$/,
    );
  });

  test.each([
    ['an absent one', '{"ms": 4}', 'undefined'],
    ['zero', '{"step_ms": 0}', '0'],
    ['a negative one', '{"step_ms": -4}', '-4'],
    ['text', '{"step_ms": "4"}', '"4"'],
    ['null', '{"step_ms": null}', 'null'],
    ['one beyond the range of numbers', '{"step_ms": 1e999}', 'Infinity'],
  ])('refuses %s as step_ms', async (_what, line, shown) => {
    expect(await messageOf(`echo '${line}'`)).toContain(
      `step_ms must be a positive number of milliseconds, got ${shown}`,
    );
  });
});
