import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Test helper: folders of parallel text in the layouts of the published corpora. */

export const multi30kText: Readonly<Record<string, string>> = {
  'train.de': 'Ein Hund läuft.\nZwei Hunde laufen.\nEin Mann schläft.\n',
  'train.en': 'A dog runs.\nTwo dogs run.\nA man sleeps.\n',
  'val.de': 'Ein Hund schläft.\n',
  'val.en': 'A dog sleeps.\n',
  'test_2016_flickr.de': 'Zwei Männer laufen.\nEin „Mann“ läuft.\n',
  'test_2016_flickr.en': 'Two men run.\nA "man" runs.\n',
};

const sets = ['TED.dev2010', 'TEDX.dev2012', 'TED.tst2010', 'TED.tst2011', 'TED.tst2012'];

/**
 * `train` are the lines of each side; every test set has the sentences `<set> eins &amp; zwei` and `<set> one &amp;
 * two`.
 */
export function iwslt14Text(train: { de: readonly string[]; en: readonly string[] }): Record<string, string> {
  const linesOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
  const xml = (text: string) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<mteval>\n<doc docid="1">\n<url>http://x</url>\n<seg id="1"> ${text} ` +
    '</seg>\n</doc>\n</mteval>\n';
  return {
    'train.tags.de-en.de': linesOf(train.de),
    'train.tags.de-en.en': linesOf(train.en),
    ...Object.fromEntries(
      sets.flatMap((set) => [
        [`IWSLT14.${set}.de-en.de.xml`, xml(`${set} geht’s &amp; zwei`)],
        [`IWSLT14.${set}.de-en.en.xml`, xml(`${set} it’s &amp; two`)],
      ]),
    ),
  };
}

/** Writes files into `folder`, which it returns. */
export async function writeText(folder: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}
