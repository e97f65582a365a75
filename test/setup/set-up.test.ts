import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sourcesHash } from '../../harness/setup/build.mjs';
import { ensureSetUp } from '../../harness/setup/ensure.mjs';
import { bindingLink } from '../../harness/setup/platform.mjs';
import { type FakeCheckout, leftovers, makeCheckout, makeFolder, removeTool } from './fake-checkout.ts';

let folder: string;
let checkout: FakeCheckout;
let printed: string;
const output = { write: (text: string) => (printed += text) };

beforeEach(() => {
  folder = makeFolder();
  checkout = makeCheckout(folder);
  printed = '';
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const setUp = (target = checkout, extra = {}) => ensureSetUp(target.context(extra), output);

describe('set-up', () => {
  it('sets up everything from nothing, saying each step, and leaves only complete things', async () => {
    expect(await setUp()).toBe(true);
    expect(checkout.calls()).toEqual([
      'npm ci --ignore-scripts --no-audit --no-fund --include=dev --no-global --no-dry-run --loglevel=notice',
      'pip',
      'g++',
      'tsc',
    ]);
    expect(printed.match(/\[\d\/4\] [A-Za-z ]+: (installed|TensorFlow|compiled)/g)).toEqual([
      '[1/4] dependencies: installed',
      '[2/4] TensorFlow library: TensorFlow',
      '[3/4] binding: compiled',
      '[4/4] build: compiled',
    ]);
    expect(leftovers(checkout)).toEqual([]);
    expect(readlinkSync(bindingLink(checkout.root))).toMatch(
      /\/cache\/binding-linux-[a-z0-9]+-cpu-[0-9a-f]{16}\/tfjs_binding\.node$/,
    );
    const library = readdirSync(checkout.cache).find((name) => name.startsWith('tensorflow-'))!;
    expect(readdirSync(join(checkout.cache, library)).sort()).toEqual(['complete.json', 'tensorflow']);
  });

  it('does and says nothing, and needs no tool, when all is set up', async () => {
    await setUp();
    for (const tool of ['npm', 'python3', 'g++']) removeTool(checkout, tool);
    const calls = checkout.calls().length;
    printed = '';
    expect(await setUp()).toBe(false);
    expect(printed).toBe('');
    expect(checkout.calls()).toHaveLength(calls);
  });

  it('reuses the cache for another checkout without pip and g++', async () => {
    await setUp();
    removeTool(checkout, 'python3');
    removeTool(checkout, 'g++');
    const other = makeCheckout(folder, 'other');
    removeTool(other, 'python3');
    removeTool(other, 'g++');
    await setUp(other);
    expect(other.calls().filter((call) => call === 'pip' || call === 'g++')).toEqual(['pip', 'g++']);
    expect(readlinkSync(bindingLink(other.root))).toBe(readlinkSync(bindingLink(checkout.root)));
  });

  it('takes no lock in a complete cache, so that the cache may be read-only', async () => {
    await setUp();
    // Root may write anywhere, so the cache is watched, not protected: a lock would change its folder's time.
    const before = statSync(checkout.cache).mtimeMs;
    const other = makeCheckout(folder, 'other');
    await setUp(other);
    expect(statSync(checkout.cache).mtimeMs).toBe(before);
  });

  it('builds again, and only that, when a source changes, and drops what is left of removed sources', async () => {
    await setUp();
    checkout.write('suites/second.ts', '2');
    rmSync(join(checkout.root, 'suites/first.ts'));
    await setUp();
    expect(checkout.calls().slice(4)).toEqual(['tsc']);
    expect(readdirSync(join(checkout.root, 'build/suites'))).toEqual(['second.js']);
  });

  it.each([
    ['harness/plan/plan.ts', true],
    ['harness/setup/pins.json', true],
    ['baselines/check.ts', true],
    ['baselines/lanes/speed.ts', true],
    ['reports/plots/curve.ts', true],
    ['baselines/compression.smoke.json', false],
    ['baselines/history/compression.nightly.jsonl', false],
    ['reports/out/compression-smoke/x.ts', false],
  ])('whether %s decides the build: %s', (name, decides) => {
    checkout.write(name, '1');
    const before = sourcesHash(checkout.root);
    checkout.write(name, '2');
    expect(sourcesHash(checkout.root) !== before).toBe(decides);
  });

  it('installs again when the lock file changes', async () => {
    await setUp();
    checkout.write('package-lock.json', '{"lockfileVersion": 3, "name": "x"}');
    await setUp();
    expect(
      checkout
        .calls()
        .slice(4)
        .map((call) => call.split(' ')[0]),
    ).toEqual(['npm', 'tsc']);
  });

  it('replaces a library whose files were cut short', async () => {
    await setUp();
    const library = readdirSync(checkout.cache).find((name) => name.startsWith('tensorflow-'))!;
    writeFileSync(join(checkout.cache, library, 'tensorflow/libtensorflow_cc.so.2'), '');
    await setUp();
    expect(checkout.calls().slice(4)).toEqual(['pip']);
    expect(readFileSync(join(checkout.cache, library, 'tensorflow/libtensorflow_cc.so.2'), 'utf8')).toBe('cc');
  });

  it.each(['', 'garbage', '{}'])('replaces a library and a binding whose stamp is damaged: %j', async (text) => {
    await setUp();
    for (const name of readdirSync(checkout.cache)) writeFileSync(join(checkout.cache, name, 'complete.json'), text);
    expect(await setUp()).toBe(true);
    expect(checkout.calls().slice(4)).toEqual(['pip', 'g++']);
    expect(await setUp()).toBe(false);
  });

  it('is not led astray by settings that the user’s tools have for other work', async () => {
    const settings = { PIP_REQUIREMENT: 'other.txt', PIP_REQUIRE_VIRTUALENV: '1', npm_config_loglevel: 'silent' };
    expect(await setUp(checkout, settings)).toBe(true);
  });

  it('keeps the cache that a checkout works with where HOME changes, and fills the one that is named', async () => {
    const at = (home: string) => ({ FACTORBENCH_CACHE: '', HOME: join(folder, home) });
    await setUp(checkout, at('first'));
    const calls = checkout.calls().length;
    expect(await setUp(checkout, at('second'))).toBe(false);
    expect(checkout.context(at('second')).cache).toBe(join(folder, 'first/.cache/factorbench'));
    expect(checkout.calls()).toHaveLength(calls);
    expect(checkout.context().cache).toBe(checkout.cache);
    rmSync(join(folder, 'first'), { recursive: true });
    expect(checkout.context(at('second')).cache).toBe(join(folder, 'second/.cache/factorbench'));
  });

  it('clears away what a killed set-up left in the cache', async () => {
    const stale = join(checkout.cache, '.unfinished-1234', 'tensorflow');
    makeCheckout(folder, 'other').write('../cache/.unfinished-1234/tensorflow/half', 'x');
    expect(existsSync(stale)).toBe(true);
    await setUp();
    expect(existsSync(stale)).toBe(false);
  });
});
