import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { historyPath, readHistory, writeHistory } from '../../../baselines/history/history-file.ts';
import { nightsOf } from '../../../baselines/history/history-line.ts';
import { historyText, parseHistory, refuseTwice, unionOf } from '../../../baselines/history/history-text.ts';
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
      /line 4 does not follow/,
    ],
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
