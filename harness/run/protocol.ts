import { inspect } from 'node:util';
import { z } from 'zod';
import { cleanText } from '../foreign-text.ts';
import type { Cell, PlannedCell } from '../spec/cell.ts';
import type { DataFolderName } from '../spec/datasets.ts';
import { definitionSchema } from '../spec/definition.ts';
import { type CellPoint, type CellProgress, phaseNames } from '../tasks/context.ts';

/** The messages between the pool and a worker process. */

export type Device = 'cpu' | 'gpu';

/** Folder of each data set whose files are present. */
export type DataFolders = Readonly<Partial<Record<DataFolderName, string>>>;

/** What a worker is told: one cell, and where to find and put things. */
export interface WorkerRequest {
  cell: PlannedCell;
  context: {
    /** Folder of the files of the cell's data set; null: it has none. */
    dataDir: string | null;
    /** Folder of this cell's checkpoints; survives the worker. */
    checkpointDir: string | null;
    device: Device;
    threads: number;
    /** Whether the result alone counts: neither speeds nor a definition are asked for. */
    resultOnly: boolean;
  };
  /** The output folder whose store receives the record. */
  outDir: string;
  /** The output folder that holds the cells that this one needs. */
  neededDir: string;
  /** Whether other cells need this one's weights, or all are kept. */
  keepsWeights: boolean;
  /** Whether the worker waits for another cell behind this one; else it ends. */
  stays: boolean;
}

/** What a worker is told that defines cells, one after another, until its parent goes away. */
export interface DefinitionRequest {
  define: Cell;
  context: Pick<WorkerRequest['context'], 'dataDir' | 'device' | 'threads'>;
}

const count = z.int().min(0);
/** Losses that are not finite are told too. */
const anyNumber = z.custom<number>((value) => typeof value === 'number', { error: 'expected a number' });

const progressSchema: z.ZodType<CellProgress> = z.strictObject({
  phase: z.enum(phaseNames),
  epoch: count,
  epochs: count,
  step: count,
  steps: count,
  loss: anyNumber.nullable(),
});

const pointSchema: z.ZodType<CellPoint> = z.strictObject({
  at: count,
  values: z.record(z.string(), anyNumber.nullable()),
});

const workerMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('progress'), progress: progressSchema }),
  z.strictObject({ type: z.literal('point'), point: pointSchema }),
  /** Of a cell that was to be defined; null where its kind cannot tell. */
  z.strictObject({ type: z.literal('definition'), definition: definitionSchema.nullable() }),
  /** The record lies on the disk. */
  z.strictObject({ type: z.literal('done') }),
  /** `usage`: bad input, a full disk; other cells would meet it too. */
  z.strictObject({
    type: z.literal('error'),
    message: z.string().transform((message) => cleanText(message)),
    usage: z.boolean(),
  }),
]);

/** What a worker says. */
export type WorkerMessage = z.infer<typeof workerMessageSchema>;

/**
 * Reads what came from a worker, in which code of others may run: anything can come. Where it is no message, `strange`
 * shows what came.
 */
export function parseWorkerMessage(came: unknown): { message: WorkerMessage } | { strange: string } {
  const parsed = workerMessageSchema.safeParse(came);
  if (parsed.success) return { message: parsed.data };
  const shown = inspect(came, { breakLength: Number.POSITIVE_INFINITY, maxStringLength: 100, maxArrayLength: 5 });
  return { strange: cleanText(shown, 300) };
}
