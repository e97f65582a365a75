import { someOf } from './wording.ts';

/** How the operations of two recorded steps differ, in words. */

/**
 * What became of operations and constants, a clause each: `a constant 0.9 is now 0.8, in 46 places`, `18 fewer Mul`.
 *
 * @param before as `RecordedGraph.operations`
 */
export function operationChanges(before: string, after: string): string[] {
  const [then, now] = [countsOf(before), countsOf(after)];
  const names = [...new Set([...then.keys(), ...now.keys()])];
  const changes = names.map((what): Change => ({ what, by: (now.get(what) ?? 0) - (then.get(what) ?? 0) }));
  const fewer = changes.filter(({ by }) => by < 0);
  const more = changes.filter(({ by }) => by > 0);
  const clauses: string[] = [];
  for (const lost of fewer) {
    // As many of the same sort came instead: what was there is now something else.
    const at = more.findIndex(({ what, by }) => by === -lost.by && sortOf(what) === sortOf(lost.what));
    if (at === -1) clauses.push(`${-lost.by} fewer ${nameOf(lost.what)}`);
    else clauses.push(exchangeText(lost.what, more.splice(at, 1)[0]!));
  }
  clauses.push(...more.map(({ what, by }) => `${by} more ${nameOf(what)}`));
  if (clauses.length === 0) return ['the same operations and constants, wired in another way'];
  return clauses.sort((left, right) => rank(left) - rank(right));
}

interface Change {
  what: string;
  by: number;
}

function countsOf(text: string): Map<string, number> {
  const parts = text === '' ? [] : text.split('; ');
  return new Map(
    parts.map((part) => {
      const space = part.indexOf(' ');
      return [part.slice(space + 1), Number(part.slice(0, space))];
    }),
  );
}

/** The type and shape of a constant, the name of an operation. */
function sortOf(what: string): string {
  const constant = /^const \S+ \[[^\]]*\]/.exec(what);
  return constant?.[0] ?? what.split(' ')[0]!;
}

/** `constants 0.9`; an operation by its name alone. */
function nameOf(what: string): string {
  return what.startsWith('const ') ? `constants ${textOf(what)}` : sortOf(what);
}

function textOf(constant: string): string {
  return constant.slice(sortOf(constant).length + 1);
}

function exchangeText(before: string, { what: after, by }: Change): string {
  const places = by === 1 ? 'in 1 place' : `in ${by} places`;
  if (before.startsWith('const ')) return `a constant ${textOf(before)} is now ${textOf(after)}, ${places}`;
  const [then, now] = [before, after].map((what) => new Set(what.split(' ').slice(1)));
  const [lost, come] = [difference(then!, now!), difference(now!, then!)];
  return `${sortOf(before)} with ${someOf(lost)} is now with ${someOf(come)}, ${places}`;
}

function difference(from: ReadonlySet<string>, without: ReadonlySet<string>): string[] {
  return [...from].filter((one) => !without.has(one));
}

/** Values that changed say most, then operations; constants that come and go with these say least. */
function rank(clause: string): number {
  if (clause.includes(' is now ')) return 0;
  return clause.includes('constants') ? 2 : 1;
}

/** How many nodes there are of each operation, whatever their attributes; constants, which compute nothing, left out. */
export function countsByOperation(operations: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [what, count] of countsOf(operations)) {
    const [operation = ''] = what.split(' ');
    if (operation !== 'const') counts.set(operation, (counts.get(operation) ?? 0) + count);
  }
  return counts;
}
