import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../run/helpers.ts';

const root = join(import.meta.dirname, '../..');
const rule = join(import.meta.dirname, 'no-literal-spread.grit');

/** Which lines of a text the rule refuses. */
async function refused(lines: readonly string[]): Promise<string[]> {
  const dir = await temporaryFolder();
  await writeFile(join(dir, 'biome.json'), JSON.stringify({ plugins: [rule] }));
  await writeFile(join(dir, 'example.ts'), `${lines.join('\n')}\n`);
  const { all } = await execa(join(root, 'node_modules/.bin/biome'), ['lint', '.'], {
    cwd: dir,
    reject: false,
    all: true,
  });
  return lines.filter((_, at) => all.includes(`example.ts:${at + 1}:`));
}

it('refuses a literal that is spread inside a literal, and nothing else', async () => {
  const wrong = [
    'export const a = { ...{ x: 1, y: 2 }, z: 3 };',
    "export const b = [...['x', 'y'], 'z'];",
    "export const c = [...(['x', 'y'] as const), 'z'];",
  ];
  const right = ['export const d = (e: object, f?: number) => ({ ...e, ...(f === undefined ? {} : { f }) });'];
  expect(await refused([...wrong, ...right])).toEqual(wrong);
});
