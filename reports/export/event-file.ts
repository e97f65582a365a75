import { crc32c } from './crc32c.ts';

/**
 * Event files as TensorBoard reads them: TFRecords, each a length, its checksum, an `Event` in Protocol Buffers, and its
 * checksum (TensorFlow's record_writer.h and event.proto).
 */

/** One number at one step. */
export interface Scalar {
  /** What is drawn together over the runs. */
  tag: string;
  step: number;
  /** Seconds since 1970. */
  wallTime: number;
  /** Kept as a float32. */
  value: number;
}

/** An event file's bytes: the version of its format first, then every scalar in order. */
export function eventFile(scalars: readonly Scalar[]): Uint8Array {
  const started = scalars[0]?.wallTime ?? 0;
  const version = Buffer.concat([doubleField(1, started), bytesField(3, Buffer.from('brain.Event:2'))]);
  return Buffer.concat([record(version), ...scalars.map((scalar) => record(eventOf(scalar)))]);
}

function eventOf({ tag, step, wallTime, value }: Scalar): Buffer {
  const own = Buffer.concat([bytesField(1, Buffer.from(tag)), floatField(2, value)]);
  return Buffer.concat([doubleField(1, wallTime), varintField(2, step), bytesField(5, bytesField(1, own))]);
}

function record(data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, checksum(length), data, checksum(data)]);
}

/** Rotated right by 15 bits, plus a constant, so that a checksum of what holds checksums is another number. */
function checksum(data: Buffer): Buffer {
  const crc = crc32c(data);
  const masked = Buffer.alloc(4);
  masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return masked;
}

const wire = { varint: 0, eightBytes: 1, counted: 2, fourBytes: 5 };

function doubleField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tagOf(field, wire.eightBytes), bytes]);
}

function floatField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([tagOf(field, wire.fourBytes), bytes]);
}

function bytesField(field: number, value: Buffer): Buffer {
  return Buffer.concat([tagOf(field, wire.counted), varint(value.length), value]);
}

function varintField(field: number, value: number): Buffer {
  return Buffer.concat([tagOf(field, wire.varint), varint(value)]);
}

function tagOf(field: number, type: number): Buffer {
  return varint(field * 8 + type);
}

/** A whole number from 0 on, seven bits a byte, the lowest first. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
