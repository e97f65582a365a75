import { createHash } from 'node:crypto';
import { parseJson } from './canonical-json.ts';
import type { Variable } from './engine/variable.ts';

/**
 * A file of tensors: the SHA-256 of all that follows, 4 bytes of header length, the header as JSON, then the float32
 * values of all tensors, one after another.
 */

/** A tensor as a header names it. */
export interface TensorEntry {
  name: string;
  shape: number[];
}

/** What a header says of a variable. */
export function entryOf({ name, value }: Variable): TensorEntry {
  return { name, shape: [...value.shape] };
}

/** @param header plain data; it names the tensors */
export function tensorFileOf(header: object, variables: readonly Variable[]): Buffer {
  const values = Buffer.concat(
    variables.map(({ value }) => {
      const data = value.dataSync() as Float32Array;
      return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    }),
  );
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const content = Buffer.concat([length, text, values]);
  return Buffer.concat([sha256(content), content]);
}

const digestBytes = 32;

/** The header, still to be checked, and the values of a file; null where the file is not what was written. */
export function parseTensorFile(file: Buffer): { header: unknown; values: Buffer } | null {
  const content = file.subarray(digestBytes);
  if (content.length < 4 || !sha256(content).equals(file.subarray(0, digestBytes))) return null;
  const end = 4 + content.readUInt32LE(0);
  return { header: parseJson(content.toString('utf8', 4, end)), values: content.subarray(end) };
}

/** The values of each entry, in order. */
export function valuesOf(values: Buffer, entries: readonly { shape: readonly number[] }[]): Float32Array[] {
  let offset = 0;
  return entries.map(({ shape }) => {
    const data = new Float32Array(shape.reduce((size, length) => size * length, 1));
    values.copy(new Uint8Array(data.buffer), 0, offset, offset + data.byteLength);
    offset += data.byteLength;
    return data;
  });
}

function sha256(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}
