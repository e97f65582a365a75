import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, test } from 'vitest';
import { cli } from './cli/helpers.ts';
import { parseStages } from './docker/dockerfile.mjs';
import { bottleneck, methodFile } from './helpers/method-files.ts';
import { temporaryFolder } from './run/helpers.ts';

const root = new URL('../', import.meta.url);
/** The README, and the manual. */
const pages = await Promise.all(
  [
    'README.md',
    ...(await readdir(new URL('docs/', root))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
  ].map(async (path) => ({ path, text: await readFile(new URL(path, root), 'utf8') })),
);
const manual = pages.map(({ text }) => text).join('\n');
const { scripts } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as {
  scripts: Record<string, string>;
};

/** What starts a command of npm so that it outlives a session. */
const launchers = [
  /^systemd-run --user --collect --same-dir (?=npm )/,
  /^tmux new-session -d (?=npm )/,
  /^nohup (?=npm )/,
  /^0 22 \* \* \* cd ~\/factorbench && (?=npm )/,
];
const intoFile = / > \S+\.log 2>&1(?: &)?$/;

/** The commands of the shell blocks, without prompts, comments, and what starts them. */
const commands = [...manual.matchAll(/^```sh\n(.*?)^```$/gms)]
  .flatMap((block) => block[1]!.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '')
  .map((line) => launchers.reduce((rest, launcher) => rest.replace(launcher, ''), line).replace(intoFile, ''));

/** Words of a command line, as a shell splits them; the README quotes with single quotes only. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2]!);
}

/** Whether a word is a file that a plan would leave. */
const isWritten = (word: string) => /^nightly\.(sh|yaml)$/.test(word);

/** Commands that run here only as far as their plan or their help. */
function harmless(name: string, args: string[]): string[] {
  if (name === 'suite') return [name, ...args, '--plan'];
  return ['list', 'plan'].includes(name) ? [name, ...args] : [name, '--help'];
}

test('the README and the manual have commands', () => {
  expect(commands.length).toBeGreaterThan(5);
});

const npmCommands = commands.filter((command) => command.startsWith('npm '));
const dockerCommands = commands.filter((command) => command.startsWith('docker '));
const stages = parseStages(await readFile(new URL('Dockerfile', root), 'utf8'));

test('the manual’s commands are of npm, Docker, or the replay of its Dockerfile', () => {
  const others = commands.filter((command) => !npmCommands.includes(command) && !dockerCommands.includes(command));
  expect(others).toHaveLength(1);
  const [node, script, target, , separator, ...args] = wordsOf(others[0]!);
  expect([node, separator, stages.map(({ name }) => name)]).toEqual(['node', '--', expect.arrayContaining([target])]);
  expect(existsSync(new URL(script!, root))).toBe(true);
  expect(args).toEqual(['suite', 'compression']);
});

it.each(dockerCommands)('the manual’s command fits the Dockerfile: %s', async (command) => {
  const [, verb, ...words] = wordsOf(command);
  if (verb === 'build') {
    expect(words.slice(2)).toEqual(['--tag', expect.stringMatching(/^factorbench/), '.']);
    expect(stages.map(({ name }) => name)).toContain(words[words.indexOf('--target') + 1]);
    return;
  }
  const image = words.findIndex((word) => /^factorbench(:cuda)?$/.test(word));
  const mounts = words.slice(0, image).filter((_word, at) => words[at - 1] === '-v');
  const made = stages.flatMap(({ steps }) => steps).map(({ text }) => text);
  for (const mount of mounts) {
    const place = mount.split(':')[1]!.replace('/factorbench/', '');
    expect(made).toContainEqual(expect.stringMatching(new RegExp(`^mkdir -p .*\\b${place}\\b`)));
  }
  const [name, ...args] = words.slice(image + 1);
  if (name === 'doctor') return;
  expect((await cli(harmless(name!, args))).exitCode).toBe(0);
});

it.each(npmCommands)('the manual’s command works: %s', async (command) => {
  const [npm, ...words] = wordsOf(command);
  expect(npm).toBe('npm');
  // -s silences npm's banner.
  const [name, ...rest] = (words[0] === 'run' ? words.slice(1) : words).filter((word) => word !== '-s');
  expect(Object.keys(scripts)).toContain(name);
  if (!scripts[name!]!.includes('start.mjs') || ['test', 'setup'].includes(name!)) return;
  const example = words.includes('./my-method.js') ? await methodFile(bottleneck) : '';
  const written = rest.some(isWritten) ? await temporaryFolder() : '';
  const placed = (word: string) => (isWritten(word) ? join(written, word) : word);
  const args = rest.filter((word) => word !== '--').map((word) => (word === './my-method.js' ? example : placed(word)));
  const { exitCode, stdout, stderr } = await cli(harmless(name!, args));
  expect(`${exitCode} ${stderr}`).toMatch(/^0 /);
  for (const option of args.filter((word) => word.startsWith('--'))) {
    expect((await cli([name!, '--help'])).stdout).toContain(option);
  }
  expect(stdout).not.toBe('');
});

it('a script of npm gives its process over, so that a signal to npm reaches the program', () => {
  const starting = Object.values(scripts).filter((script) => /\bnode\b/.test(script));
  expect(starting.length).toBeGreaterThan(10);
  for (const script of starting) expect(script).toMatch(/^exec node /);
});

test('the README has two screens, and what the manual links to is there', () => {
  const [readme] = pages;
  expect(readme!.text.split('\n').length).toBeLessThan(110);
  for (const { path, text } of pages) {
    for (const [, target] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
      expect(existsSync(new URL(target!, new URL(path, root))), `${path}: ${target}`).toBe(true);
    }
  }
  const linked = pages.slice(1).map(({ path }) => readme!.text.includes(`](${path})`));
  expect(linked).not.toContain(false);
});
