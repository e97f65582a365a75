import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../../atomic-file.ts';
import { canonicalJson, parseJson } from '../../canonical-json.ts';
import { idOf } from '../../cell-id.ts';
import { shortDigest } from '../../digest.ts';
import { UsageError } from '../../errors.ts';
import { readTextFile } from '../../file-errors.ts';
import { identityFields } from '../../record.ts';
import type { PlannedCell } from '../../spec/cell.ts';
import { costSchema } from '../../spec/cost.ts';
import type { DataFolderName } from '../../spec/datasets.ts';
import { nameSchema, profileNames } from '../../spec/words.ts';
import { runFileSchema } from '../records/run-file.ts';
import { type Store, storeAt } from '../records/store.ts';
import { fileDatasetOf } from '../run-data.ts';
import { copyDown, copyUp, nameOf } from '../shared/shared-files.ts';
import type { SharedStore } from '../shared/shared-store.ts';

/**
 * What workers compute for a run, in its output folder: `queue/run.json` and `queue/cells.json`. A worker believes these
 * files alone; Redis only says which cell is whose turn.
 */

const count = z.int().min(0);

const queuedCellSchema = z.strictObject({
  ...identityFields,
  parameters: count.nullable(),
  cost: costSchema,
  estimatedSeconds: z.number().min(0),
  timeLimitSeconds: z.number().positive(),
  isNeeded: z.boolean(),
  untuned: z.string().optional(),
  /** Digest of what the cell is to be given, as `dataDigests` tells it. */
  data: z.string().nullable(),
});
export type QueuedCell = PlannedCell & { data: string | null };

const settingsSchema = z.strictObject({
  suite: nameSchema,
  profile: z.enum(profileNames),
  versions: runFileSchema.shape.versions.omit({ node: true }),
  /** Digest of the code that decides results. */
  program: z.string(),
  device: z.enum(['cpu', 'gpu']),
  threads: z.int().positive(),
  arithmetic: z.enum(['portable', 'native']),
  keepWeights: z.boolean(),
});
/** How a run's cells are computed, by which program. */
export type QueueSettings = z.infer<typeof settingsSchema>;

const queuedRunSchema = z.strictObject({
  version: z.literal(1),
  /** Drawn once for a folder, so that two folders with the same plan are two runs. */
  token: z.string(),
  ...settingsSchema.shape,
  /** Digest of the file of cells. */
  cells: z.string(),
});
type QueuedRunFile = z.infer<typeof queuedRunSchema>;

/** A run that has cells for workers. */
export interface QueuedRun extends QueueSettings {
  id: string;
  cells: readonly QueuedCell[];
}

/** Bytes: room for the names, or the cells, of a hundred thousand. */
const largest = 400e6;
const remedy = 'run its suite again with --queue';

/** The files of an offer; the last one says what the others must be. */
function offerPaths(store: Store): string[] {
  return ['cells.json', 'run.json'].map((name) => join(queueDir(store), name));
}

/** Shows workers with folders of their own what the folder offers. */
export async function shareOffer(store: Store, shared: SharedStore): Promise<void> {
  for (const path of offerPaths(store)) await copyUp(shared, store, path);
}

/** Makes what a run offers in a shared store that of the folder. */
export async function fetchOffer(store: Store, shared: SharedStore): Promise<void> {
  for (const path of offerPaths(store)) await copyDown(shared, store, path, largest);
}

/** Takes back what is offered in a shared store. */
export async function withdrawOffer(store: Store, shared: SharedStore): Promise<void> {
  for (const path of offerPaths(store).reverse()) await shared.remove(nameOf(store, path));
}

function queueDir({ outDir }: Store): string {
  return join(outDir, 'queue');
}

/** A folder for what one attempt at a cell leaves, before it counts. */
export function attemptStore(store: Store): Store {
  return storeAt(join(queueDir(store), 'attempts', randomUUID()));
}

/**
 * Writes what workers are told of a run, and gives the run. One that the folder holds already, with the same cells and
 * settings, is joined: it keeps its id, and so its place in the queue.
 *
 * @param renew true: it is another run, whatever the folder holds
 */
export async function writeQueuedRun(
  store: Store,
  settings: QueueSettings,
  cells: readonly QueuedCell[],
  renew: boolean,
): Promise<QueuedRun> {
  const text = JSON.stringify(cells);
  const earlier = renew ? null : await readFile(store).catch(ignoreDamage);
  const file: QueuedRunFile = {
    version: 1,
    token: earlier?.token ?? randomUUID(),
    ...settings,
    cells: shortDigest(text),
  };
  const id = idOfFile(file);
  if (earlier === null || idOfFile(earlier) !== id) {
    await writeFileAtomically(join(queueDir(store), 'cells.json'), text);
    await writeFileAtomically(join(queueDir(store), 'run.json'), `${JSON.stringify(file, null, 2)}\n`);
  }
  return { id, ...settings, cells };
}

/** The id of the run whose cells the folder offers; null: none. */
export async function offeredRun(store: Store): Promise<string | null> {
  const file = await readFile(store).catch(ignoreDamage);
  return file === null ? null : idOfFile(file);
}

/** What the folder says of the run that it offers, without its cells; null: it offers another one, or none. */
export async function readSettings(store: Store, id: string): Promise<QueueSettings | null> {
  const file = await readFile(store);
  if (file === null || idOfFile(file) !== id) return null;
  const { version: _version, token: _token, cells: _cells, ...settings } = file;
  return settings;
}

/**
 * The cells of the run that the folder offers.
 *
 * @throws UsageError where they are not those that its `run.json` is of
 */
export async function readQueuedCells(store: Store): Promise<QueuedCell[]> {
  const path = join(queueDir(store), 'cells.json');
  const text = await readTextFile(path, { most: largest, remedy });
  const file = await readFile(store);
  if (text === null || file === null || shortDigest(text) !== file.cells) {
    throw new UsageError(`${path} does not hold the cells of the run beside it; ${remedy}.`);
  }
  const cells = z.array(queuedCellSchema).safeParse(JSON.parse(text));
  const strange = cells.data?.find(({ id, config }) => id !== idOf(config));
  if (!cells.success || strange !== undefined) throw new UsageError(`${path} is damaged; ${remedy}.`);
  return cells.data as QueuedCell[];
}

/** Takes the offer back: what workers still compute for it no longer counts. */
export async function removeQueuedRun(store: Store): Promise<void> {
  await rm(queueDir(store), { recursive: true, force: true });
}

/** Bytes of the smallest of the sizes, each twice the one before, by which cells are queued. */
const smallestSize = 2 ** 28;

/** What a machine must have for a cell: a data set's files, or none, and about so much memory. */
export interface MachineNeeds {
  data: DataFolderName | null;
  /** Bytes: the cell's own are at most these and, but for the smallest, more than half of them. */
  memory: number;
  /** Names both, and so the queue of the cells that need the same. */
  name: string;
}

/** What a cell needs of a machine, as the name of its queue says. */
export function machineNeedsOf(cell: Pick<PlannedCell, 'config' | 'dataset' | 'cost'>): MachineNeeds {
  const data = fileDatasetOf(cell) ?? null;
  let memory = smallestSize;
  while (memory < cell.cost.memoryBytes) memory *= 2;
  return { data, memory, name: `${data ?? 'nothing'}-${memory / 2 ** 20}-mib` };
}

async function readFile(store: Store): Promise<QueuedRunFile | null> {
  const path = join(queueDir(store), 'run.json');
  const text = await readTextFile(path, { most: largest, remedy });
  if (text === null) return null;
  const parsed = queuedRunSchema.safeParse(parseJson(text));
  if (!parsed.success) throw new UsageError(`${path} is damaged; ${remedy}.`);
  return parsed.data;
}

function ignoreDamage(error: unknown): null {
  // A new run replaces what cannot be read.
  if (error instanceof UsageError) return null;
  throw error;
}

function idOfFile(file: QueuedRunFile): string {
  return shortDigest(canonicalJson(file));
}
