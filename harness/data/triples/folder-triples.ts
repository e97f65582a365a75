import { join } from 'node:path';
import { UsageError } from '../../errors.ts';
import { findFolder, missingIn } from '../folder.ts';
import { utf8Lines } from '../text/utf8-lines.ts';
import { type Triple, type TriplePart, type TripleParts, tripleParts, type UnseenEntity } from './triple-parts.ts';
import type { OpenedTriples, TripleFolder } from './triples-dataset.ts';

const facts = {
  name: 'triples',
  title: 'Folder of triples',
  sort: 'triples',
  source: 'files',
  examples: null,
  folder: 'triples',
  files: 'subject, relation and object a line, tab-separated: `train.txt`, `valid.txt`, `test.txt`',
  downloads: [],
  address: 'https://github.com/TimDettmers/ConvE, FB15k-237 and WN18RR',
} as const;

const fileOf = (part: TriplePart) => `${part}.txt`;
const files = tripleParts.map(fileOf);

/**
 * Any folder of triples, one a line as `subject TAB relation TAB object`, as FB15k-237 (Toutanova and Chen 2015) and
 * WN18RR (Dettmers et al. 2018) are published. Names are compared as they are written.
 */
export const folderTriples: TripleFolder<'triples'> = {
  ...facts,
  find: (dir) => findFolder(facts, dir, (names) => files.every((file) => names.includes(file))),
  open,
  async fetch() {
    throw new UsageError(
      `${facts.title}: its files are your own, and nothing can be downloaded; name their folder with --data (published ` +
        `ones: ${facts.address})`,
    );
  },
};

async function open(folder: string): Promise<OpenedTriples> {
  const missing = await missingIn(facts.title, folder, files);
  if (missing.length > 0) {
    throw new UsageError(
      `${facts.title}: ${folder} holds no ${missing.join(', ')}; name a folder with ${files.join(', ')} with --data`,
    );
  }
  return { parts: await readParts(folder) };
}

/** The three files of a folder, numbered in the order in which names come. */
async function readParts(folder: string): Promise<TripleParts> {
  const [entities, relations] = [numbering(), numbering()];
  const triples: Record<TriplePart, Triple[]> = { train: [], valid: [], test: [] };
  let trained = 0;
  const unseen: UnseenEntity[] = [];
  for (const part of tripleParts) {
    const path = join(folder, fileOf(part));
    for (const [index, line] of (await utf8Lines(facts.title, path)).entries()) {
      const place = `${path}: line ${index + 1}`;
      // White space belongs to a name, but for that of a line end.
      const [subject, relation, object] = fieldsOf(line.replace(/\r$/, ''), place);
      const before = entities.names.length;
      if (part !== 'train' && !relations.has(relation)) {
        throw new UsageError(
          `${facts.title}: ${place}: relation '${relation}' is in no training triple, so that nothing is learnt of it; ` +
            'remove the line, or add triples of the relation to train.txt',
        );
      }
      const triple = { subject: entities.of(subject), relation: relations.of(relation), object: entities.of(object) };
      triples[part].push(triple);
      if (part === 'train') trained = entities.names.length;
      for (let id = Math.max(before, trained); id < entities.names.length; id++) {
        unseen.push({ name: entities.names[id]!, place, count: 0 });
      }
    }
    if (triples[part].length === 0) {
      throw new UsageError(`${facts.title}: ${path} has no triple; write one a line, or fetch the file again`);
    }
  }
  const [first] = unseen;
  return {
    entities: entities.names,
    relations: relations.names,
    triples,
    unseen: first === undefined ? null : { ...first, count: unseen.length },
  };
}

/** @throws UsageError where a line has another number of fields, or an empty one */
function fieldsOf(text: string, place: string): [string, string, string] {
  const fields = text.split('\t');
  if (fields.length === 3 && fields.every((field) => field !== '')) return fields as [string, string, string];
  const tabs = fields.length - 1;
  const found =
    fields.length === 3 ? 'an empty field' : `${tabs === 0 ? 'no tab' : tabs === 1 ? '1 tab' : `${tabs} tabs`}`;
  throw new UsageError(
    `${facts.title}: ${place} has ${found}; write subject, relation and object with one tab between them, or remove ` +
      'the line',
  );
}

/** Numbers for names, in the order in which they come. */
function numbering() {
  const ids = new Map<string, number>();
  const names: string[] = [];
  return {
    names: names as readonly string[],
    has: (name: string) => ids.has(name),
    of(name: string): number {
      const known = ids.get(name);
      if (known !== undefined) return known;
      ids.set(name, names.length);
      return names.push(name) - 1;
    },
  };
}
