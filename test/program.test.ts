import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { deciding, programDigest } from '../harness/program.ts';
import { factsOf } from './helpers/architecture.ts';

it('programDigest is 16 hexadecimal digits, twice the same', () => {
  expect(programDigest()).toMatch(/^[0-9a-f]{16}$/);
  expect(programDigest()).toBe(programDigest());
});

/**
 * What a cell uses beside the deciding code: errors, vocabulary, storage, measurements of speed, refusals, and the
 * set-up's pins, which fingerprints name.
 */
const others = [
  'atomic-file',
  'cell-launch',
  'cell-name',
  'checkpoint',
  'checkpoint-file',
  'definition',
  'errors',
  'file-errors',
  'fingerprint',
  'foreign-text',
  'program',
  'record',
  'setup',
  'spec',
  'statistics',
  'trial-notes',
  'tuned-data',
];

it('covers all code that a cell reaches, but for what cannot change its result', () => {
  const root = join(import.meta.dirname, '..');
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    if (file.endsWith('.ts')) factsOf(file, readFileSync(join(root, file), 'utf8')).files.forEach(visit);
  };
  visit('harness/cell.ts');
  const parts = [...reached].map((file) => file.split('/')[1]!.replace(/\.ts$/, ''));
  expect([...new Set(parts)].filter((part) => !deciding.includes(part)).sort()).toEqual(others);
  expect(deciding.filter((part) => !parts.includes(part))).toEqual([]);
});
