import { describe, expect, it } from 'vitest';
import { type FileTensor, parseSafetensors, safetensorsOf } from '../harness/safetensors.ts';

const tensors = new Map<string, FileTensor>([
  ['w', { dtype: 'F32', shape: [1, 2], values: Float32Array.of(1.5, -2) }],
  ['empty', { dtype: 'F32', shape: [0, 3], values: new Float32Array() }],
  ['at', { dtype: 'I64', shape: [], values: BigInt64Array.of(-2n) }],
  ['n', { dtype: 'I32', shape: [1], values: Int32Array.of(258) }],
]);
const metadata = { cell: 'ein Träger' };

/** What the format's description makes of it, byte by byte: padded to 264 bytes. */
const header =
  '{"__metadata__":{"cell":"ein Träger"},' +
  '"at":{"dtype":"I64","shape":[],"data_offsets":[0,8]},' +
  '"empty":{"dtype":"F32","shape":[0,3],"data_offsets":[8,8]},' +
  '"n":{"dtype":"I32","shape":[1],"data_offsets":[8,12]},' +
  '"w":{"dtype":"F32","shape":[1,2],"data_offsets":[12,20]}}';
const golden = fileOf(
  `${header}${' '.repeat(2)}`,
  // -2 in 64 bits; 258; 1.5 and -2 as IEEE 754 has them.
  Buffer.from('feffffffffffffff' + '02010000' + '0000c03f' + '000000c0', 'hex'),
);

/** A file of a header and values, whatever they say. */
function fileOf(text: string, values: Buffer = Buffer.alloc(0), length = Buffer.byteLength(text)): Buffer {
  const size = Buffer.alloc(8);
  size.writeUInt32LE(length);
  return Buffer.concat([size, Buffer.from(text), values]);
}

/** A header of one tensor of four bytes, changed. */
function oneOf(change: object): string {
  return JSON.stringify({ w: { dtype: 'F32', shape: [1], data_offsets: [0, 4], ...change } });
}

const four = Buffer.alloc(4);

describe('safetensorsOf', () => {
  it('writes the format byte by byte: length, padded header, values, the widest types first', () => {
    expect(safetensorsOf({ tensors, metadata }).toString('latin1')).toBe(golden.toString('latin1'));
  });

  it('takes values that lie inside a larger buffer', () => {
    const values = Float32Array.of(0, 1.5, -2, 0).subarray(1, 3);
    const file = safetensorsOf({ tensors: new Map([['w', { dtype: 'F32', shape: [2], values }]]), metadata: {} });
    expect(parseSafetensors(file)!.tensors.get('w')!.values).toEqual(Float32Array.of(1.5, -2));
  });

  it('refuses a shape that does not fit, and the metadata’s name', () => {
    const values = Float32Array.of(1, 2);
    const write = (name: string, shape: number[]) => () =>
      safetensorsOf({ tensors: new Map([[name, { dtype: 'F32', shape, values }]]), metadata: {} });
    expect(write('w', [3])).toThrow('w has 2 values, which shape [3] does not fit');
    expect(write('__metadata__', [2])).toThrow('rename it');
  });
});

describe('parseSafetensors', () => {
  it('gives back what was written, bit for bit', () => {
    const parsed = parseSafetensors(golden)!;
    expect(parsed.metadata).toEqual(metadata);
    expect(new Map([...parsed.tensors].sort())).toEqual(new Map([...tensors].sort()));
  });

  it('reads a header without metadata and padding, in any order', () => {
    const text =
      '{"b":{"dtype":"I32","shape":[1],"data_offsets":[4,8]},"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}';
    const parsed = parseSafetensors(fileOf(text, Buffer.from([1, 0, 0, 0, 2, 0, 0, 0])))!;
    expect([...parsed.tensors].map(([name, { values }]) => [name, values[0]])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(parsed.metadata).toEqual({});
  });

  it('reads a file without tensors', () => {
    expect(parseSafetensors(safetensorsOf({ tensors: new Map(), metadata: {} }))).toEqual({
      tensors: new Map(),
      metadata: {},
    });
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['a length alone, cut off', Buffer.alloc(7)],
    ['a header that is cut off', fileOf(oneOf({})).subarray(0, 20)],
    ['a header longer than the file', fileOf(oneOf({}), four, 10_000)],
    ['a header longer than any is', Buffer.alloc(16, 0xff)],
    ['no JSON', fileOf('{"w":', four)],
    ['JSON of another shape', fileOf('[]')],
    ['metadata that is no text', fileOf('{"__metadata__":{"a":1}}')],
    ['an unknown type', fileOf(oneOf({ dtype: 'F16' }), four)],
    ['an unknown field', fileOf(oneOf({ scale: 1 }), four)],
    ['a negative length', fileOf(oneOf({ shape: [-1] }), four)],
    ['a fraction of a length', fileOf(oneOf({ shape: [0.5] }), four)],
    ['a place that does not fit the shape', fileOf(oneOf({ shape: [2] }), four)],
    ['a gap before the values', fileOf(oneOf({ data_offsets: [4, 8] }), Buffer.alloc(8))],
    ['values twice', fileOf(JSON.stringify({ ...JSON.parse(oneOf({})), v: JSON.parse(oneOf({})).w }), four)],
    ['values that are cut off', fileOf(oneOf({}), Buffer.alloc(3))],
    ['more values than it names', fileOf(oneOf({}), Buffer.alloc(5))],
  ])('refuses a file with %s', (_, file) => {
    expect(parseSafetensors(file)).toBeNull();
  });
});
