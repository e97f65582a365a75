import type { Uniform } from '../../harness/random.ts';

/** Damage to a file: what may come from a full disk, a bad merge, another program, or someone who means harm. */
export interface Mutation {
  /** What was done, for the message of a test that fails. */
  what: string;
  content: Buffer;
}

/** Damages bytes: a flip, a cut, a hole, a repetition, foreign bytes, or nothing left. */
export function mutateBytes(content: Buffer, random: Uniform): Mutation {
  const at = below(content.length + 1, random);
  const length = 1 + below(40, random);
  const some = content.subarray(at, at + length);
  const before = content.subarray(0, at);
  switch (below(6, random)) {
    case 0:
      return { what: `cut at ${at}`, content: Buffer.from(before) };
    case 1:
      return { what: `${length} bytes taken out at ${at}`, content: joined(before, content.subarray(at + length)) };
    case 2:
      return { what: `${some.length} bytes twice at ${at}`, content: joined(before, some, content.subarray(at)) };
    case 3: {
      const foreign = Buffer.from(Array.from({ length }, () => below(256, random)));
      return { what: `${length} foreign bytes at ${at}`, content: joined(before, foreign, content.subarray(at)) };
    }
    case 4: {
      const flipped = Buffer.from(content);
      const place = Math.min(at, content.length - 1);
      if (place >= 0) flipped[place] = flipped[place]! ^ (1 << below(8, random));
      return { what: `a bit flipped at ${place}`, content: flipped };
    }
    default:
      return { what: 'emptied', content: Buffer.alloc(0) };
  }
}

/** Values that a field may be given: of each type, at the edges, too large, and with what terminals and tables obey. */
const values: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  2,
  0.5,
  1e308,
  -1e-308,
  2 ** 53,
  '',
  'other',
  '../../../other',
  '\u001b]0;title\u0007\u001b[2J',
  '<script>alert(1)</script> | `=1+1` ]]>',
  '\u202e\ud800',
  'x'.repeat(5000),
  [],
  {},
  [[[[[[]]]]]],
  { version: 2, id: 'x', cell: 'y', status: 'completed' },
];

/** Damages one place of a JSON text: takes a field out, or gives it another value. Text that is no JSON stays. */
export function mutateJson(content: Buffer, random: Uniform): Mutation {
  const root: unknown = JSON.parse(content.toString('utf8'));
  const places = placesOf(root);
  const place = places[below(places.length, random)];
  if (place === undefined) return { what: 'nothing', content };
  const { holder, key, path } = place;
  if (below(4, random) === 0) {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
    return { what: `${path} taken out`, content: textOf(root) };
  }
  const value = values[below(values.length, random)];
  (holder as Record<string, unknown>)[key] = value;
  return { what: `${path} is ${JSON.stringify(value).slice(0, 60)}`, content: textOf(root) };
}

interface Place {
  holder: Record<string, unknown> | unknown[];
  key: string;
  path: string;
}

function placesOf(node: unknown, path = ''): Place[] {
  if (node === null || typeof node !== 'object') return [];
  const holder = node as Place['holder'];
  return Object.entries(node).flatMap(([key, below]) => [
    { holder, key, path: `${path}/${key}` },
    ...placesOf(below, `${path}/${key}`),
  ]);
}

function textOf(root: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(root, null, 2)}\n`);
}

function joined(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts);
}

/** A whole number from 0 to below `bound`. */
export function below(bound: number, random: Uniform): number {
  return Math.floor(random() * bound);
}
