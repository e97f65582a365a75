/**
 * Fields of protocol buffers as they are written (https://protobuf.dev/programming-guides/encoding): a message is its
 * fields one after another. Bytes are text here, a character each (`latin1`): joining thousands of short texts costs
 * little, joining arrays much.
 */

/** How the bytes behind a field's number are read. */
const wireTypes = { varint: 0, lengthDelimited: 2, fixed32: 5 } as const;

/** A field of a whole number, of an enumeration or of a boolean. */
export function varintField(field: number, value: number | boolean): string {
  return tagOf(field, 'varint') + varint(Number(value));
}

/** A field of a list of whole numbers, which lie in it side by side. */
export function varintsField(field: number, values: readonly number[]): string {
  return messageField(field, values.map(varint).join(''));
}

/** A field of a 32-bit float. */
export function floatField(field: number, value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return tagOf(field, 'fixed32') + bytes.toString('latin1');
}

/** A field of text, or of bytes. */
export function bytesField(field: number, value: string | Uint8Array): string {
  const bytes =
    typeof value === 'string' ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.length);
  return messageField(field, bytes.toString('latin1'));
}

/** A field of a message. */
export function messageField(field: number, message: string): string {
  return tagOf(field, 'lengthDelimited') + varint(message.length) + message;
}

function tagOf(field: number, type: keyof typeof wireTypes): string {
  return varint(field * 8 + wireTypes[type]);
}

/** Seven bits a byte, the lowest first, all but the last marked; a negative number as its 64-bit two's complement. */
function varint(value: number): string {
  if (value >= 0 && value < 128) return String.fromCharCode(value);
  let text = '';
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) text += String.fromCharCode(Number(rest & 127n) + 128);
  return text + String.fromCharCode(Number(rest));
}
