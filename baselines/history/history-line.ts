import { z } from 'zod';
import { nightSchema } from '../../harness/night.ts';
import { statusNames } from '../../harness/record.ts';
import { factorSchema, nameSchema, profileNames } from '../../harness/spec/words.ts';

/** What a history file holds: a line a trained cell, and the marks that people set. */

const count = z.int().min(0).nullable();
const measured = z.number().nullable();
const digest = z.string().nullable();
/** Digest of the line before; null in the first line. */
const previous = digest;

export const historyVersion = 1;

const headSchema = z.strictObject({
  type: z.literal('history'),
  version: z.literal(historyVersion),
  suite: nameSchema,
  profile: z.enum(profileNames),
  previous,
});

/** Why a cell is there: `accepted` ones came from the baseline; the others ran in a night. */
export const cellRoles = ['accepted', 'fixed', 'fresh', 'extra'] as const;
export type CellRole = (typeof cellRoles)[number];

const cellSchema = z.strictObject({
  type: z.literal('cell'),
  /** The date that names the night; of an accepted cell, of its acceptance. */
  night: nightSchema,
  role: z.enum(cellRoles),
  /** When the run began, ISO 8601; null of accepted cells. */
  run: z.string().nullable(),
  commit: digest,
  /** Digest of the code that decides results. */
  program: digest,
  /** Digest of the fingerprint without the data. */
  environment: z.string(),
  data: z.string(),
  cell: nameSchema,
  arm: nameSchema,
  seed: z.int().min(0),
  /** Digest of the configuration without the seed; absent in lines of before it was told. */
  configuration: z.string().optional(),
  /** Of accepted cells alone: digest of the final weights; absent in lines of before it was told. */
  weights: digest.optional(),
  /** Of accepted cells alone, where the arm had others before: the first night that found them in the baseline. */
  since: nightSchema.optional(),
  /** Of accepted cells alone: what their arm is grouped by. */
  factors: z.array(factorSchema).optional(),
  /** The gated one. */
  metric: nameSchema,
  value: measured,
  loss: measured,
  status: z.enum(statusNames).exclude(['failed']),
  parameters: count,
  nonzero_parameters: count,
  macs: count,
  /** ln of own over dense step, and of dense step over fixed kernel; absent in older lines, and without a launch. */
  x: z.number().optional(),
  c: z.number().optional(),
  /** Why the launch is void, a clause each; absent: it is not. */
  void: z.array(z.string()).optional(),
  previous,
});

/**
 * `accepted`: a new level from the night on, series begin anew with it. `environment`: the same, as another environment
 * explains the change. `fixed`: a fault, mended since: the nights from the one to the other are left out.
 */
export const markerKinds = ['accepted', 'fixed', 'environment'] as const;
export type MarkerKind = (typeof markerKinds)[number];

const markerSchema = z.strictObject({
  type: z.literal('marker'),
  kind: z.enum(markerKinds),
  night: nightSchema,
  /** The last night that the history held when the mark was set. */
  until: nightSchema,
  why: z.string().min(1),
  /** When it was set, ISO 8601. */
  at: z.string(),
  previous,
});

export const lineSchema = z.discriminatedUnion('type', [headSchema, cellSchema, markerSchema]);
export type HistoryLine = z.infer<typeof lineSchema>;
export type HistoryHead = z.infer<typeof headSchema>;
/** A line as it is before it has a place in a file. */
export type HistoryCell = Omit<z.infer<typeof cellSchema>, 'previous'>;
export type HistoryMarker = Omit<z.infer<typeof markerSchema>, 'previous'>;
export type HistoryEntry = HistoryCell | HistoryMarker;

/** What a history file says, without its chain. */
export interface History {
  suite: string;
  profile: HistoryHead['profile'];
  entries: HistoryEntry[];
}

/** The cells of a history. */
export function cellsOf({ entries }: Pick<History, 'entries'>): HistoryCell[] {
  return entries.filter((entry) => entry.type === 'cell');
}

/** The marks of a history. */
export function markersOf({ entries }: Pick<History, 'entries'>): HistoryMarker[] {
  return entries.filter((entry) => entry.type === 'marker');
}

/** The nights that a history holds, the earliest first. */
export function nightsOf(history: Pick<History, 'entries'>): string[] {
  const nights = cellsOf(history).flatMap(({ role, night }) => (role === 'accepted' ? [] : [night]));
  return [...new Set(nights)].sort();
}
