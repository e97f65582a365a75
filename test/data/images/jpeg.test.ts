import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decodeJpeg } from '../../../harness/data/images/jpeg.ts';
import '../../helpers/engine.ts';
import { jpegOf } from './tiny-imagenet-files.ts';

/** 16 x 16 pixels with halved chroma, and the same in grey, as PIL writes them. */
const colour = Buffer.from(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/2wBDAQkJCQwLDBgNDRgyIRwhMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjL/wAARCAAQABADASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDU07WvKx82c+9dPZ68lhE0rvlApZj6AV4tp2tbcfN+tbV1r7WejXLoQxZQvPoSAf514/1P3o8r5bbPflvv63/AnKck9jQlV5fhTf3K5//Z',
  'base64',
);
const grey = Buffer.from(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/wAALCAAQABABAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/ANTTta8rHzZz7109nryWETSu+UClmPoBXi2na1tx8361tXWvtZ6NcuhDFlC8+hIB/nX/2Q==',
  'base64',
);

const refused = (what: string) => new Error(`refused: ${what}`);

describe('decodeJpeg', () => {
  // Digests and first pixels of what PIL 13.0.0 decodes, converted to RGB.
  test.each([
    {
      kind: 'colour',
      bytes: colour,
      sha256: '401a254eb0558728f5a9ec84d1392e4c71fd370d18ea8959b0c0484df36b6d1c',
      first: [9, 252, 48, 16, 253, 49],
    },
    {
      kind: 'grey',
      bytes: grey,
      sha256: '59577b35e627d4a6f2951334b2d34869ce7afb7ac5cb0fe98e9b30774c7069ca',
      first: [156, 156, 156, 159, 159, 159],
    },
  ])('gives the very bytes that PIL does: $kind', ({ bytes, sha256, first }) => {
    const pixels = decodeJpeg(bytes, 16, refused);
    expect([...pixels.subarray(0, 6)]).toEqual(first);
    expect(createHash('sha256').update(pixels).digest('hex')).toBe(sha256);
  });

  test('gives an evenly coloured image back', async () => {
    const pixels = decodeJpeg(await jpegOf({ height: 8, width: 8, colour: [200, 100, 50] }), 8, refused);
    expect(pixels.length).toBe(192);
    pixels.forEach((value, i) => {
      expect(Math.abs(value - [200, 100, 50][i % 3]!)).toBeLessThan(5);
    });
  });

  test('refuses what is no JPEG, naming the offset', () => {
    expect(() => decodeJpeg(Buffer.from('GIF89a'), 16, refused)).toThrow('refused: byte offset 0: no JPEG');
    expect(() => decodeJpeg(new Uint8Array(0), 16, refused)).toThrow('refused: byte offset 0: no JPEG');
  });

  test('refuses a file that is cut off, naming where', () => {
    for (const length of [10, 400, colour.length - 20]) {
      const start = colour.subarray(0, length);
      expect(() => decodeJpeg(start, 16, refused)).toThrow(`refused: cut off at byte offset ${length}`);
    }
  });

  test('refuses a file whose tables are damaged', () => {
    const damaged = Uint8Array.from(colour);
    damaged.fill(0xee, 30, 200);
    expect(() => decodeJpeg(damaged, 16, refused)).toThrow(/refused: damaged between byte offsets 0 and \d+: /);
  });

  test('refuses another size', async () => {
    expect(() => decodeJpeg(colour, 64, refused)).toThrow('refused: 16 x 16 pixels, but images are 64 x 64');
    const oblong = await jpegOf({ height: 64, width: 48, colour: [0, 0, 0] });
    expect(() => decodeJpeg(oblong, 64, refused)).toThrow('refused: 64 x 48 pixels, but images are 64 x 64');
  });
});
