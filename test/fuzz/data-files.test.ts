import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadImages } from '../../harness/data/images/images.ts';
import { loadTranslation } from '../../harness/data/text/translation.ts';
import { UsageError } from '../../harness/errors.ts';
import { streamsOf } from '../../harness/random.ts';
import type { DatasetSpec } from '../../harness/spec/image.ts';
import type { TextDatasetSpec } from '../../harness/spec/text.ts';
import { pairedRecordsOf, recordsOf } from '../data/images/cifar-files.ts';
import { iwslt14Text, multi30kText, writeText } from '../data/text/text-files.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { below, mutateBytes } from './mutations.ts';

/** Mutations of each data set; the environment multiplies them. */
const each = 25 * Number(process.env.FACTORBENCH_FUZZ ?? 1);

const images: Omit<DatasetSpec, 'name'> = {
  trainExamples: 4,
  testExamples: 1,
  flip: true,
  cropPadding: 4,
  normalization: 'dataset',
};
const text = {
  source: 'de',
  target: 'en',
  trainExamples: null,
  testExamples: null,
  lowerCase: true,
  merges: 100,
  maxWords: 10,
  maxRatio: 2,
  maxTokens: 60,
} as const;

const iwslt14 = iwslt14Text({
  de: Array.from({ length: 30 }, (_, n) => `Satz ${n} ist kurz.`),
  en: Array.from({ length: 30 }, (_, n) => `Sentence ${n} is short.`),
});

/** What training could not do without, of whatever was loaded. */
async function loadedImages(name: DatasetSpec['name'], folder: string): Promise<void> {
  const { train, test, classes, mean, standardDeviation } = await loadImages({ name, ...images }, folder);
  expect([train.count, test.count]).toEqual([4, 1]);
  for (const label of [...train.labels, ...test.labels]) expect(label).toBeLessThan(classes);
  for (const value of [...mean, ...standardDeviation]) expect(value).toSatisfy(Number.isFinite);
}

async function loadedText(name: Exclude<TextDatasetSpec['name'], 'generated-pair'>, folder: string): Promise<void> {
  const { train, valid, test, vocabulary } = await loadTranslation({ name, ...text }, folder);
  for (const { pairs, sourceTexts, references } of [train, valid, test]) {
    expect(pairs.length).toBeGreaterThan(0);
    expect([sourceTexts.length, references.length]).toEqual([pairs.length, pairs.length]);
    for (const { source, target } of pairs) {
      for (const id of [...source, ...target]) expect(id).toBeLessThan(vocabulary.symbols.length);
    }
  }
}

const sets: [string, Readonly<Record<string, string | Uint8Array>>, (folder: string) => Promise<void>][] = [
  [
    'CIFAR-10',
    {
      'data_batch_1.bin': recordsOf([3, 9], 0),
      'data_batch_2.bin': recordsOf([0, 7], 2),
      'test_batch.bin': recordsOf([5], 4),
    },
    (folder) => loadedImages('cifar-10', folder),
  ],
  [
    'CIFAR-100',
    {
      'train.bin': pairedRecordsOf(
        [
          [1, 3],
          [2, 99],
          [3, 0],
          [4, 50],
        ],
        0,
      ),
      'test.bin': pairedRecordsOf([[1, 5]], 4),
    },
    (folder) => loadedImages('cifar-100', folder),
  ],
  ['Multi30k', multi30kText, (folder) => loadedText('multi30k', folder)],
  ['IWSLT’14', iwslt14, (folder) => loadedText('iwslt14-de-en', folder)],
];

it.each(sets)(
  'damaged files of %s are refused in a sentence, or give what can be trained on',
  async (_, files, load) => {
    const random = streamsOf(
      'fuzz:data',
      sets.findIndex(([, set]) => set === files),
    )('damage');
    await load(await writeText(await temporaryFolder(), files));
    let refused = 0;
    for (let count = 0; count < each; count++) {
      const names = Object.keys(files);
      const name = names[below(names.length, random)]!;
      const { what, content } = mutateBytes(Buffer.from(files[name]!), random);
      const folder = await writeText(join(await temporaryFolder(), 'damaged'), { ...files, [name]: content });
      try {
        await load(folder);
      } catch (error) {
        refused++;
        expect(error, `${name}, ${what}: ${error}`).toBeInstanceOf(UsageError);
      }
    }
    expect(refused).toBeGreaterThan(0);
  },
);
