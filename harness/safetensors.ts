import { z } from 'zod';
import { parseJson } from './canonical-json.ts';

/**
 * Safetensors, the format that NumPy, PyTorch and JAX read (https://huggingface.co/docs/safetensors): 8 bytes of header
 * length, the header as JSON (of each tensor its type, shape and place, and free texts), then the values of all
 * tensors, row-major, little-endian, one after another without gaps.
 */

const arrays = { F32: Float32Array, I32: Int32Array, I64: BigInt64Array } as const;

/** A tensor's values by type. */
export type TensorValues =
  | { dtype: 'F32'; values: Float32Array }
  | { dtype: 'I32'; values: Int32Array }
  | { dtype: 'I64'; values: BigInt64Array };

/** A tensor of a file. */
export type FileTensor = { shape: readonly number[] } & TensorValues;

export interface Safetensors {
  tensors: ReadonlyMap<string, FileTensor>;
  /** Texts by name. */
  metadata: Readonly<Record<string, string>>;
}

const metadataName = '__metadata__';
const lengthBytes = 8;
/** The header is padded to it, so that values lie where the widest type may. */
const alignment = 8;
/** What the format's own reader takes. */
const mostHeaderBytes = 100_000_000;

/**
 * The file of the tensors, the widest types first, then by name.
 *
 * @throws Error where a shape does not fit its values, or a tensor has the metadata's name
 */
export function safetensorsOf({ tensors, metadata }: Safetensors): Buffer {
  const ordered = [...tensors].sort(
    ([a, { values: left }], [b, { values: right }]) =>
      right.BYTES_PER_ELEMENT - left.BYTES_PER_ELEMENT || (a < b ? -1 : 1),
  );
  let end = 0;
  const entries = ordered.map(([name, { dtype, shape, values }]): [string, object] => {
    if (name === metadataName) throw new Error(`safetensorsOf: a tensor is named ${name}; rename it`);
    if (sizeOf(shape) !== values.length) {
      throw new Error(`safetensorsOf: ${name} has ${values.length} values, which shape [${shape}] does not fit`);
    }
    const start = end;
    end += values.byteLength;
    return [name, { dtype, shape, data_offsets: [start, end] }];
  });
  const text = JSON.stringify(Object.fromEntries([[metadataName, metadata], ...entries]));
  const header = Buffer.from(text + ' '.repeat(-Buffer.byteLength(text) & (alignment - 1)));
  const length = Buffer.alloc(lengthBytes);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...ordered.map(([, { values }]) => bytesOf(values))]);
}

const natural = z.int().min(0);
const entrySchema = z.strictObject({
  dtype: z.enum(['F32', 'I32', 'I64']),
  shape: z.array(natural),
  data_offsets: z.tuple([natural, natural]),
});
const headerSchema = z.record(z.string(), z.unknown());
const metadataSchema = z.record(z.string(), z.string());

/** The tensors of a file, copied out of it; null where it is not such a file, whole and without gaps. */
export function parseSafetensors(file: Buffer): Safetensors | null {
  if (file.length < lengthBytes) return null;
  const length = file.readBigUInt64LE(0);
  if (length > mostHeaderBytes || lengthBytes + Number(length) > file.length) return null;
  const start = lengthBytes + Number(length);
  const header = headerSchema.safeParse(parseJson(file.toString('utf8', lengthBytes, start)));
  if (!header.success) return null;
  const { [metadataName]: texts = {}, ...rest } = header.data;
  const [metadata, entries] = [metadataSchema.safeParse(texts), z.record(z.string(), entrySchema).safeParse(rest)];
  if (!metadata.success || !entries.success) return null;
  const data = file.subarray(start);
  const placed = Object.entries(entries.data).sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0]);
  const tensors = new Map<string, FileTensor>();
  let end = 0;
  for (const [name, { dtype, shape, data_offsets: at }] of placed) {
    if (at[0] !== end || at[1] - at[0] !== sizeOf(shape) * arrays[dtype].BYTES_PER_ELEMENT) return null;
    end = at[1];
    if (end > data.length) return null;
    tensors.set(name, { shape, ...valuesOf(dtype, data.subarray(at[0], end)) });
  }
  return end === data.length ? { tensors, metadata: metadata.data } : null;
}

function valuesOf(dtype: keyof typeof arrays, bytes: Buffer): TensorValues {
  // A copy: a view would need an aligned place, and keep the whole file.
  const values = new arrays[dtype](new Uint8Array(bytes).buffer);
  return { dtype, values } as TensorValues;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}
