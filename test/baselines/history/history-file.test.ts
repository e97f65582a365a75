import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { historyPath, readHistory, writeHistory } from '../../../baselines/history/history-file.ts';
import { nightsOf } from '../../../baselines/history/history-line.ts';
import { historyText, parseHistory, refuseTwice, unionOf } from '../../../baselines/history/history-text.ts';
import { shortDigest } from '../../../harness/digest.ts';
import { UsageError } from '../../../harness/errors.ts';
import { temporaryFolder } from '../../run/helpers.ts';
import { acceptedCell, historyCell, historyMarker, historyOf } from './fixtures.ts';

const history = historyOf([
  acceptedCell('low-rank'),
  historyCell(),
  historyCell({ seed: 12, status: 'diverged', value: null, loss: null }),
  historyCell({ night: '2026-12-02' }),
  historyMarker(),
]);
const lines = historyText(history).trimEnd().split('\n');
const joined = (changed: readonly string[]) => `${changed.join('\n')}\n`;
/** The text with a line that tells no digest of its own. */
const withoutDigest = (at: number) => joined(lines.with(at, lines[at]!.replace(/,"digest":"\w+"\}$/, '}')));

describe('a history file', () => {
  test('gives back what was written, and its nights', async () => {
    const file = historyPath('compression', 'nightly', await temporaryFolder());
    expect(await readHistory(file, 'compression', 'nightly')).toBeNull();
    await writeHistory(file, history);
    expect(await readHistory(file, 'compression', 'nightly')).toEqual(history);
    expect(await readdir(join(file, '..'))).toEqual(['compression.nightly.jsonl']);
    expect(await readFile(file, 'utf8')).toBe(historyText(history));
    expect(nightsOf(history)).toEqual(['2026-12-01', '2026-12-02']);
    await expect(readHistory(file, 'tensors', 'nightly')).rejects.toThrow(/is of compression, nightly, not of tensors/);
  });

  test('holds speeds beside lines of before they were kept', () => {
    const entries = [historyCell(), historyCell({ night: '2026-12-02', x: -0.7, c: 2.3, void: ['throttled'] })];
    const text = historyText(historyOf(entries));
    expect(parseHistory(text, 'h.jsonl').entries).toEqual(entries);
    expect(text.split('\n')[1]).not.toContain('"x"');
  });

  test('grows at its end alone', () => {
    const longer = { ...history, entries: [...history.entries, historyCell({ night: '2026-12-03' })] };
    expect(historyText(longer).startsWith(historyText(history))).toBe(true);
  });

  test.each([
    [
      'a changed value',
      joined(lines.with(2, lines[2]!.replace('"value":0.5', '"value":0.6'))),
      /line 3 was changed: it does not have the digest/,
    ],
    ['a changed last line', historyText(history).replace('as wanted', 'as I want'), /line 6 was changed: it does not/],
    ['a last line without its digest', withoutDigest(5), /line 6 was changed: it does not tell its digest/],
    ['a line taken out', joined(lines.toSpliced(3, 1)), /line 4 does not follow/],
    ['lines in another order', joined([...lines.slice(0, 2), lines[3]!, lines[2]!]), /line 3 does not follow/],
    ['a lost head', joined(lines.slice(1)), /line 1 does not follow/],
    ['an end that is cut off', historyText(history).slice(0, -9), /line 6 is cut off/],
    ['what is not JSON', joined([...lines, 'x']), /line 7 is not JSON/],
    [
      'an unknown field',
      joined(lines.with(1, lines[1]!.replace('"night"', '"day"'))),
      /line 2 is no line of a history/,
    ],
    [
      'a later version',
      joined(lines.with(0, lines[0]!.replace('"version":1', '"version":2'))),
      /line 1 is of version 2/,
    ],
    ['nothing', '', /is cut off|is empty/],
  ])('with %s is refused', (_, text, message) => {
    const parse = () => parseHistory(text, 'h.jsonl');
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(/Restore the file/);
  });

  test('of before lines had a digest of their own is read, and written with them', () => {
    let previous: string | null = null;
    const old = lines.map((line) => {
      const { digest: _, ...bare } = JSON.parse(line);
      const text = JSON.stringify({ ...bare, previous });
      previous = shortDigest(text);
      return text;
    });
    expect(parseHistory(joined(old), 'h.jsonl')).toEqual(history);
    expect(historyText(parseHistory(joined(old), 'h.jsonl'))).toBe(historyText(history));
    // Then the chain alone tells.
    const changed = joined(old.with(2, old[2]!.replace('"value":0.5', '"value":0.6')));
    expect(() => parseHistory(changed, 'h.jsonl')).toThrow(/line 4 does not follow/);
  });

  test('gives names without what would begin a line of its reader', () => {
    const named = historyOf([historyCell({ arm: 'low\nrank', cell: 'low\trank.seed-11' })]);
    const [cell] = parseHistory(historyText(named), 'h.jsonl').entries;
    expect(cell).toMatchObject({ arm: 'low\\nrank', cell: 'low\\trank.seed-11' });
  });

  test('that lost lines at its end is what it was before them, which no chain can tell', () => {
    expect(parseHistory(joined(lines.slice(0, -1)), 'h.jsonl').entries).toEqual(history.entries.slice(0, -1));
  });

  test('with a cell twice in a night is refused', async () => {
    const twice = historyOf([...history.entries, historyCell({ value: 0.4 })]);
    expect(() => parseHistory(historyText(twice), 'h.jsonl')).toThrow(/low-rank-0.1.seed-11 of 2026-12-01 comes twice/);
    expect(() => refuseTwice(history.entries, 'here')).not.toThrow();
  });

  test('that cannot be a file of ours is refused', async () => {
    const file = join(await temporaryFolder(), 'h.jsonl');
    await writeFile(file, 'x\n');
    await expect(readHistory(file, 'compression', 'nightly')).rejects.toThrow(/h\.jsonl: line 1 is not JSON/);
  });
});

describe('the union of the files of shards', () => {
  const first = historyOf([acceptedCell('low-rank'), historyCell()]);
  const second = historyOf([acceptedCell('low-rank'), historyCell({ arm: 'dense' })]);

  test('has each entry once, those of the first file first', () => {
    const union = unionOf(first, [second, first]);
    expect(union.entries).toEqual([...first.entries, second.entries[1]]);
    expect(historyText(union).startsWith(historyText(first))).toBe(true);
  });

  test('is refused where they disagree, or are of different suites', () => {
    const other = historyOf([historyCell({ value: 0.3 })]);
    expect(() => unionOf(first, [other])).toThrow(/different things of low-rank-0\.1\.seed-11 of 2026-12-01/);
    expect(() => unionOf(first, [{ ...second, suite: 'tensors' }])).toThrow(/tensors, nightly, cannot join/);
  });
});
