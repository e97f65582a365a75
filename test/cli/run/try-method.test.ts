import { expect, it } from 'vitest';
import { tryMethodFile } from '../../../harness/cli/run/try-method.ts';
import { digestOfMethodFile } from '../../../harness/method-file.ts';
import { altered, bottleneck, methodFile, steepest } from '../../helpers/method-files.ts';

const plans = [{ suite: 'compression', profile: 'smoke' }] as const;
const limits = { seconds: 20, endingSeconds: 5 };

it.each([
  ['layer', bottleneck],
  ['sparse', steepest],
])('tells the digest of a %s method that does nothing but export', async (_, text) => {
  const path = await methodFile(text);
  expect(await tryMethodFile({ path, plans }, limits)).toBe(await digestOfMethodFile(path));
});

const inCount = (what: string) =>
  altered(bottleneck, 'Math.max(1, Math.round(scale * outChannels))', `{ ${what}; }`).replace('=> {', '=> {');

it.each([
  ['throws nothing', 'throw undefined;', /^while it is loaded: threw undefined$/],
  ['ends the process with 0', 'process.exit(0);', /^ends the process \(exit code 0\), .* while it is loaded/],
  ['ends the process with 3', 'process.exit(3);', /^ends the process \(exit code 3\)/],
  ['aborts', 'process.abort();', /^ends the process \(SIGABRT\)/],
  [
    'waits for ever',
    'await new Promise(() => {});',
    /^ends the process \(exit code 13\), or waits for what never comes/,
  ],
  ['has a function that waits', 'export default () => new Promise(() => {});', /or waits for what never comes/],
  ['ends the process when planned', inCount('process.exit(0)'), /^ends the process \(exit code 0\).* or planned;/],
  ['sends a message', `process.send(null);\n${steepest}`, /^sends messages of its own/],
  ['sends half a message', `process.send({ type: 'fine' });\n${steepest}`, /^sends messages of its own/],
  [
    'throws later',
    `setTimeout(() => { throw new Error('late \\u001b[31mluck'); }, 50);\n${steepest}`,
    /^after it is loaded: late luck$/,
  ],
  ['rejects later', `Promise.reject(new TypeError('late'));\n${steepest}`, /^after it is loaded: TypeError: late$/],
  [
    'ends the process later',
    `process.on('exit', () => { process.exitCode = 5; });\n${steepest}`,
    /^ends the process with exit code 5 after it is loaded/,
  ],
])('refuses a file that %s, naming it in a sentence', async (_, text, message) => {
  const path = await methodFile(text);
  const error = await tryMethodFile({ path, plans }, limits).catch((thrown: unknown) => thrown);
  expect((error as Error).name).toBe('MethodFileError');
  const said = (error as Error).message;
  expect(said.slice(0, path.length + 2)).toBe(`${path}: `);
  expect(said.slice(path.length + 2)).toMatch(message);
  expect(said).not.toMatch(/base64|\n/);
});

it.each([
  ['loops for ever', 'while (true) {}', /: is not loaded and planned within 1\.5 s; let/],
  ['loops for ever when planned', inCount('while (true) {}'), /: is not loaded and planned within 1\.5 s; let/],
])('ends a file that %s', async (_, text, message) => {
  const path = await methodFile(text);
  await expect(tryMethodFile({ path, plans }, { seconds: 1.5, endingSeconds: 0.1 })).rejects.toThrow(message);
});

it('ends a file that keeps its process running', async () => {
  const path = await methodFile(`setInterval(() => {}, 1000);\n${steepest}`);
  await expect(tryMethodFile({ path, plans }, { seconds: 20, endingSeconds: 0.3 })).rejects.toThrow(
    /: keeps its process running after it is loaded; close its timers/,
  );
});
