import { readFile } from 'node:fs/promises';
import { expect, it, test } from 'vitest';
import { cli } from './cli/helpers.ts';
import { bottleneck, methodFile } from './helpers/method-files.ts';

const root = new URL('../', import.meta.url);
const readme = await readFile(new URL('README.md', root), 'utf8');
const { scripts } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as {
  scripts: Record<string, string>;
};

/** The commands of the shell blocks, without prompts and comments. */
const commands = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)]
  .flatMap((block) => block[1]!.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '');

/** Words of a command line, as a shell splits them; the README quotes with single quotes only. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2]!);
}

/** Commands that run here only as far as their plan or their help. */
function harmless(name: string, args: string[]): string[] {
  if (name === 'suite') return [name, ...args, '--plan'];
  return ['list', 'plan'].includes(name) ? [name, ...args] : [name, '--help'];
}

test('the README has commands', () => {
  expect(commands.length).toBeGreaterThan(5);
});

it.each(commands)('the README’s command works: %s', async (command) => {
  const [npm, ...words] = wordsOf(command);
  expect(npm).toBe('npm');
  // -s silences npm's banner.
  const [name, ...rest] = (words[0] === 'run' ? words.slice(1) : words).filter((word) => word !== '-s');
  expect(Object.keys(scripts)).toContain(name);
  if (!scripts[name!]!.includes('start.mjs') || ['test', 'setup'].includes(name!)) return;
  const example = words.includes('./my-method.js') ? await methodFile(bottleneck) : '';
  const args = rest.filter((word) => word !== '--').map((word) => (word === './my-method.js' ? example : word));
  const { exitCode, stdout, stderr } = await cli(harmless(name!, args));
  expect(`${exitCode} ${stderr}`).toMatch(/^0 /);
  for (const option of args.filter((word) => word.startsWith('--'))) {
    expect((await cli([name!, '--help'])).stdout).toContain(option);
  }
  expect(stdout).not.toBe('');
});
