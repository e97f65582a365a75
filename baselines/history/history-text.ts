import { z } from 'zod';
import { canonicalJson } from '../../harness/canonical-json.ts';
import { shortDigest } from '../../harness/digest.ts';
import { UsageError } from '../../harness/errors.ts';
import { cleanTexts } from '../../harness/foreign-text.ts';
import { type History, type HistoryEntry, type HistoryLine, historyVersion, lineSchema } from './history-line.ts';

/** A history as text: JSON lines, each with the digest of the line before, and that of its own content. */

/** The file's text: a head, then an entry a line. */
export function historyText({ suite, profile, entries }: History): string {
  const bare = [{ type: 'history', version: historyVersion, suite, profile }, ...entries];
  let previous: string | null = null;
  let text = '';
  for (const entry of bare) {
    const line = sealed(lineSchema.parse({ ...entry, previous }));
    text += `${line}\n`;
    previous = shortDigest(line);
  }
  return text;
}

/** A line as text, with the digest of its text without it. */
function sealed(line: HistoryLine): string {
  return JSON.stringify({ ...line, digest: shortDigest(JSON.stringify(line)) });
}

/** A line's data without the digest, and whether it is theirs; null: there is none, as in lines of before it was kept. */
function unsealed(data: unknown): { data: unknown; isIntact: boolean | null } {
  if (data === null || typeof data !== 'object' || !('digest' in data)) return { data, isIntact: null };
  const { digest, ...line } = data;
  return { data: line, isIntact: digest === shortDigest(JSON.stringify(line)) };
}

/**
 * Reads a history's text. That lines are missing at its end cannot be seen from it.
 *
 * @param file for messages
 * @throws UsageError naming the first line that is none of a history, was changed, breaks the chain or comes twice
 */
export function parseHistory(text: string, file: string): History {
  const remedy = 'Restore the file from where it is kept.';
  const fail = (line: number, why: string) => new UsageError(`History ${file}: line ${line} ${why}. ${remedy}`);
  const lines = text.split('\n');
  if (lines.pop() !== '') throw fail(lines.length + 1, 'is cut off');
  const entries: HistoryEntry[] = [];
  let head: (HistoryLine & { type: 'history' }) | null = null;
  let previous: string | null = null;
  let isSealed = false;
  for (const [at, line] of lines.entries()) {
    const { line: data, isIntact } = parseLine(line, (why) => fail(at + 1, why));
    if (isIntact === false) throw fail(at + 1, 'was changed: it does not have the digest that it tells');
    // Whoever wrote the digest of one line wrote those of all after it.
    if (isSealed && isIntact === null) throw fail(at + 1, 'was changed: it does not tell its digest');
    isSealed = isIntact === true;
    const { previous: told, ...entry } = data;
    if (told !== previous) throw fail(at + 1, 'does not follow from the line before: a line was changed or removed');
    previous = shortDigest(line);
    if (entry.type === 'history') {
      if (at > 0) throw fail(at + 1, 'begins another history');
      head = { ...entry, previous: told };
    } else {
      if (head === null) throw fail(1, 'does not say which history it is');
      entries.push(entry);
    }
  }
  if (head === null) throw new UsageError(`History ${file}: is empty. ${remedy}`);
  refuseTwice(entries, `History ${file}`);
  return { suite: head.suite, profile: head.profile, entries };
}

function parseLine(line: string, fail: (why: string) => UsageError): { line: HistoryLine; isIntact: boolean | null } {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch {
    throw fail('is not JSON');
  }
  const version = z.looseObject({ type: z.literal('history'), version: z.number() }).safeParse(data);
  if (version.success && version.data.version !== historyVersion) {
    throw fail(`is of version ${version.data.version}, but this program reads version ${historyVersion}`);
  }
  const { data: bare, isIntact } = unsealed(data);
  const parsed = lineSchema.safeParse(cleanTexts(bare));
  if (parsed.success) return { line: parsed.data, isIntact };
  const [issue] = parsed.error.issues;
  throw fail(`is no line of a history (${[...(issue?.path ?? []), issue?.message].join(': ')})`);
}

/** What may come once: a cell's seed in a night, or among those accepted together; and a mark. */
function keyOf(entry: HistoryEntry): string {
  if (entry.type === 'marker') return canonicalJson(entry);
  const { role, night, cell, seed, data, since = null } = entry;
  return canonicalJson([role === 'accepted' ? [role, data, since] : night, cell, seed]);
}

/**
 * Refuses entries that come twice.
 *
 * @param place for the message
 * @throws UsageError naming the first one
 */
export function refuseTwice(entries: readonly HistoryEntry[], place: string): void {
  const known = new Set<string>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (known.has(key)) throw new UsageError(`${place}: ${nameOf(entry)} comes twice; a night is measured once.`);
    known.add(key);
  }
}

/**
 * A history with all that others hold beside it, in their order: files that shards of a suite were kept in.
 *
 * @throws UsageError where they are of different suites or profiles, or say different things of one cell and night
 */
export function unionOf(first: History, others: readonly History[]): History {
  const entries = new Map(first.entries.map((entry) => [keyOf(entry), entry]));
  for (const { suite, profile, entries: further } of others) {
    if (suite !== first.suite || profile !== first.profile) {
      throw new UsageError(
        `history: ${suite}, ${profile}, cannot join that of ${first.suite}, ${first.profile}; name files of one suite ` +
          'and profile.',
      );
    }
    for (const entry of further) {
      const known = entries.get(keyOf(entry));
      if (known === undefined) entries.set(keyOf(entry), entry);
      else if (canonicalJson(known) !== canonicalJson(entry)) {
        throw new UsageError(`history: two files say different things of ${nameOf(entry)}; keep the right one.`);
      }
    }
  }
  return { ...first, entries: [...entries.values()] };
}

function nameOf(entry: HistoryEntry): string {
  return entry.type === 'marker' ? `the mark of ${entry.night}` : `${entry.cell} of ${entry.night}`;
}
