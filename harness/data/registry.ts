import { generatedBinary } from './binary/generated-binary.ts';
import { mnist } from './binary/mnist.ts';
import type { Dataset } from './dataset.ts';
import { kaldiFolder } from './frames/kaldi-folder.ts';
import { spokenWords } from './frames/spoken-words.ts';
import { cifar10 } from './images/cifar-10.ts';
import { cifar100 } from './images/cifar-100.ts';
import { generatedImages } from './images/generated.ts';
import { tinyImagenet } from './images/tiny-imagenet.ts';
import { generatedPair } from './text/generated-pair.ts';
import { generatedQuestions, generatedText } from './text/generated-text.ts';
import { iwslt14 } from './text/iwslt14.ts';
import { multi30k } from './text/multi30k.ts';
import { squad } from './text/squad.ts';
import { text, wikitext103 } from './text/wikitext.ts';
import { folderTriples } from './triples/folder-triples.ts';
import { football } from './triples/football.ts';

/** Every data set, in the order of lists for people. Whatever asks for a fact of one asks its object. */
export const datasets = [
  cifar10,
  cifar100,
  tinyImagenet,
  multi30k,
  iwslt14,
  text,
  wikitext103,
  squad,
  folderTriples,
  kaldiFolder,
  mnist,
  generatedImages,
  generatedPair,
  generatedText,
  generatedQuestions,
  football,
  spokenWords,
  generatedBinary,
] as const satisfies readonly Dataset[];

type Registered = (typeof datasets)[number];
/** The name of any. */
export type DatasetName = Registered['name'];

/** Those that need files. */
export const folderDatasets = datasets.filter((dataset) => dataset.source === 'files');

/** The data set of a name; its type tells what data sets of that name give. */
export function datasetNamed<Name extends DatasetName>(name: Name): Extract<Registered, { name: Name }> {
  const found = datasets.find((dataset): dataset is Extract<Registered, { name: Name }> => dataset.name === name);
  if (found === undefined) throw new Error(`there is no data set '${name}' in harness/data/registry.ts`);
  return found;
}
