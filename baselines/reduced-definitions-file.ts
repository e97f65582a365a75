import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../harness/atomic-file.ts';
import { UsageError } from '../harness/errors.ts';
import { readTextFile } from '../harness/file-errors.ts';
import { cleanTexts } from '../harness/foreign-text.ts';
import type { ProfileName } from '../harness/spec/words.ts';
import { baselinesFolder } from './baseline-file.ts';
import { type ReducedDefinitions, reducedDefinitionsSchema } from './reduced-definitions.ts';

/** Bytes: room for a hundred thousand cells. */
const largestFile = 64e6;

/** Where the definitions of a profile lie whose cells are not trained for the check. */
export function reducedDefinitionsPath(suite: string, profile: ProfileName, dir: string = baselinesFolder()): string {
  return path.join(dir, `${suite}.${profile}.definitions.json`);
}

/**
 * What is stored of a suite's profile; null where nothing is.
 *
 * @throws UsageError for a file that holds something else
 */
export async function readReducedDefinitions(
  suite: string,
  profile: ProfileName,
  dir?: string,
): Promise<ReducedDefinitions | null> {
  const file = reducedDefinitionsPath(suite, profile, dir);
  const remedy =
    `Restore it from version control, or store it anew with npm run accept -- ${suite} --profile ${profile} ` +
    '--definition --why TEXT.';
  const text = await readTextFile(file, { most: largestFile, remedy });
  if (text === null) return null;
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`Definitions ${file}: not JSON (${(error as Error).message}). ${remedy}`, { cause: error });
  }
  const parsed = reducedDefinitionsSchema.safeParse(cleanTexts(data));
  if (!parsed.success) {
    throw new UsageError(`Definitions ${file}: not what accept writes:\n${z.prettifyError(parsed.error)}\n${remedy}`);
  }
  if (parsed.data.suite === suite && parsed.data.profile === profile) return parsed.data;
  throw new UsageError(
    `Definitions ${file}: holds those of ${parsed.data.suite}, ${parsed.data.profile}. Rename it. ${remedy}`,
  );
}

/** Writes definitions whole or not at all. Returns the file's path. */
export async function writeReducedDefinitions(stored: ReducedDefinitions, dir?: string): Promise<string> {
  const file = reducedDefinitionsPath(stored.suite, stored.profile, dir);
  await writeFileAtomically(file, reducedDefinitionsText(stored), null);
  return file;
}

/** The file's text: a line a cell and a definition, in an order that depends on nothing but the data. */
export function reducedDefinitionsText(stored: ReducedDefinitions): string {
  const { version, suite, profile, history, cells, definitions } = reducedDefinitionsSchema.parse(stored);
  const head = JSON.stringify({ version, suite, profile, history }, null, 2).slice(0, -2);
  const cellLines = cells.toSorted(byText(({ cell }) => cell)).map((cell) => `    ${JSON.stringify(cell)}`);
  const definitionLines = Object.entries(definitions)
    .sort(byText(([id]) => id))
    .map(([id, definition]) => `    ${JSON.stringify(id)}: ${JSON.stringify(definition)}`);
  const [cellsText, definitionsText] = [cellLines, definitionLines].map((lines) => lines.join(',\n'));
  return `${head},\n  "cells": [\n${cellsText}\n  ],\n  "definitions": {\n${definitionsText}\n  }\n}\n`;
}

function byText<T>(of: (one: T) => string): (left: T, right: T) => number {
  return (left, right) => (of(left) < of(right) ? -1 : 1);
}
