import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../run/helpers.ts';

/** Files of methods, as a researcher would write them. */

/** The manual's example of a layer method. */
export const bottleneck = exampleOf(await readFile(new URL('../../docs/extending.md', import.meta.url), 'utf8'));

function exampleOf(manual: string): string {
  const blocks = [...manual.matchAll(/^```js\n(.*?)^```$/gms)].map((block) => block[1]!);
  if (blocks.length !== 1) throw new Error(`the manual has ${blocks.length} examples in JavaScript instead of one`);
  return blocks[0]!;
}

/** Keeps the weights whose gradient is largest. */
export const steepest = `
export const method = ({ highest, magnitudes }) => ({
  kind: 'sparse',
  name: 'steepest',
  phases: (training) => [{ label: 'train', training }],
  start: (context) => ({
    variables: [],
    beforePhase() {
      const gradients = context.gradients(context.batch('scores', context.training.batchSize));
      context.setMasks(highest(gradients.map(magnitudes), context.keep));
    },
  }),
});
`;

/** Writes a method's file into a new folder, which goes when the test ends. */
export async function methodFile(text: string, name = 'my-method.js'): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, text);
  return path;
}

/** A text with one part replaced, which must be there. */
export function altered(text: string, part: string, replacement: string): string {
  if (!text.includes(part)) throw new Error(`altered: the text has no '${part}'`);
  return text.replace(part, () => replacement);
}
