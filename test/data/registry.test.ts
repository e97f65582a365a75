import { describe, expect, it, test } from 'vitest';
import type { Dataset, FolderDataset } from '../../harness/data/dataset.ts';
import { contentOf, openIn } from '../../harness/data/folder.ts';
import { datasetNamed, datasets, folderDatasets } from '../../harness/data/registry.ts';
import { binaryDatasetSchema } from '../../harness/spec/amortized-inference.ts';
import { dataFolderNames, needsFiles } from '../../harness/spec/datasets.ts';
import { triplesDatasetSchema } from '../../harness/spec/gaussian-attention.ts';
import { datasetSchema } from '../../harness/spec/image.ts';
import { languageNames, textDatasetSchema } from '../../harness/spec/text.ts';
import { framesDatasetSchema } from '../../harness/spec/twin-regularization.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { failure } from './failure.ts';

const all: readonly Dataset[] = datasets;
const names = (of: readonly Dataset[]) => of.map(({ name }) => name).sort();

describe('the list and the words of the schema', () => {
  test('agree, each data set with the names of its sort', () => {
    expect(names(folderDatasets)).toEqual([...dataFolderNames].sort());
    const ofSort = (wanted: string) => names(all.filter(({ sort }) => sort === wanted));
    expect(ofSort('images')).toEqual([...datasetSchema.shape.name.options].sort());
    const textNames = textDatasetSchema.options.flatMap(({ shape }) =>
      'options' in shape.name ? [...shape.name.options] : [...shape.name.values],
    );
    expect(ofSort('text-pairs')).toEqual(textNames.sort());
    const tripleNames = triplesDatasetSchema.options.flatMap(({ shape }) =>
      'options' in shape.name ? [...shape.name.options] : [...shape.name.values],
    );
    expect(ofSort('triples')).toEqual(tripleNames.sort());
    const frameNames = framesDatasetSchema.options.flatMap(({ shape }) =>
      'options' in shape.name ? [...shape.name.options] : [...shape.name.values],
    );
    expect(ofSort('frames')).toEqual(frameNames.sort());
    const binaryNames = binaryDatasetSchema.options.flatMap(({ shape }) =>
      'options' in shape.name ? [...shape.name.options] : [...shape.name.values],
    );
    expect(ofSort('binary-images')).toEqual(binaryNames.sort());
  });

  it('finds each by its name, and knows which need files', () => {
    expect(new Set(names(all)).size).toBe(all.length);
    for (const dataset of datasets) {
      expect(datasetNamed(dataset.name)).toBe(dataset);
      expect(needsFiles(dataset)).toBe(dataset.source === 'files');
    }
  });
});

it.each(all)('$name has words for people, and numbers of examples, where these are fixed', ({ title, examples }) => {
  expect(title).not.toBe('');
  for (const count of Object.values(examples ?? {})) expect(count).toBeGreaterThan(0);
});

describe('files', () => {
  it.each<FolderDataset>([...folderDatasets])('of $name tell where they come from', (dataset) => {
    const { folder, files, downloads, address, examples } = dataset;
    expect(folder).toMatch(/^[\w.-]+$/);
    expect(files).toMatch(/^([^`]*`[^`]+`)+[^`]*$/);
    expect(address).toMatch(/^https?:\/\//);
    // Of any size are only files that everybody has of their own.
    expect(downloads.length > 0).toBe(examples !== null);
    for (const { file, url, bytes, md5 } of downloads) {
      expect(url).toMatch(/^https?:\/\//);
      expect(url.endsWith(`/${file}`)).toBe(true);
      expect(bytes ?? md5).not.toBeNull();
      expect(md5 ?? '0'.repeat(32)).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  it.each<FolderDataset>([...folderDatasets])('of $name are not found where they are not', async (dataset) => {
    const dir = await temporaryFolder();
    expect(await dataset.find(dir)).toBeNull();
    const holds = `${dataset.title} (${contentOf(dataset)})`;
    expect(await failure(openIn(dataset, null))).toContain(`give the folder of ${holds} with --data DIR`);
    expect(await failure(openIn(dataset, dir))).toContain(`--data ${dir}: no ${dataset.title} there`);
  });
});

const images = datasets.filter((dataset) => dataset.sort === 'images');
const texts = datasets.filter((dataset) => dataset.sort === 'text-pairs');

describe('images', () => {
  it.each([...images])('of $name have a sensible shape, and moments of it', ({ classes, side, channels, moments }) => {
    expect(classes).toBeGreaterThan(1);
    expect(classes).toBeLessThanOrEqual(256);
    for (const size of [side, channels]) expect(size).toBeGreaterThan(0);
    for (const numbers of Object.values(moments ?? {})) {
      expect(numbers).toHaveLength(channels);
      for (const number of numbers) expect(number > 0 && number < 1).toBe(true);
    }
  });

  it.each(images.filter(({ source }) => source === 'generated'))('of $name are as many as is said', (dataset) => {
    if (dataset.source !== 'generated') throw new Error('generated images are expected');
    const { classes, side, channels, examples, limits, generate } = dataset;
    for (const part of ['train', 'test'] as const) expect(limits[part]).toBeGreaterThanOrEqual(examples[part]);
    const set = generate('test', 50);
    expect(set.images).toHaveLength(50 * side ** 2 * channels);
    expect(Math.max(...set.labels)).toBe(classes - 1);
  });
});

describe('sentence pairs', () => {
  it.each([...texts])('of $name are of languages that a suite can name, or generated', (dataset) => {
    if (dataset.source === 'files') {
      expect(new Set(dataset.languages).size).toBe(dataset.languages.length);
      expect(languageNames).toEqual(expect.arrayContaining([...dataset.languages]));
      return;
    }
    const { examples, limits, generate } = dataset;
    for (const part of ['train', 'test'] as const) expect(limits[part]).toBeGreaterThanOrEqual(examples[part]);
    const countsOf = (trainExamples: number) => {
      const { train, valid, test: tested } = generate({ trainExamples, testExamples: null });
      return [train, valid, tested].map((part) => part?.pairs.length);
    };
    expect(countsOf(examples.valid + 1)).toEqual([examples.valid + 1, examples.valid, examples.test]);
    expect(countsOf(30)).toEqual([30, 30, examples.test]);
  });
});
