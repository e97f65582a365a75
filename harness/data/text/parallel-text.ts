import { UsageError } from '../../errors.ts';
import type { TextPair, TextPairs } from './text-pair.ts';
import { utf8Lines } from './utf8-lines.ts';

/** A longer line is not a sentence: most likely the file lost its line ends. In UTF-16 code units. */
const longestLine = 20_000;

/** A line of text and its number in its file, from 1. */
export interface TextLine {
  readonly text: string;
  readonly number: number;
}

/** One side of a text. */
export interface TextFile {
  readonly path: string;
  readonly lines: readonly TextLine[];
}

/**
 * The lines of a UTF-8 file, without line ends and the white space around them. The file may end with or without a line
 * end, and begin with a byte order mark.
 * @throws UsageError where the file cannot be read, a line is not UTF-8 or is very long, naming file and line
 */
export async function readLines(title: string, path: string): Promise<TextLine[]> {
  const texts = await utf8Lines(title, path);
  return texts.map((text, index) => {
    if (text.length <= longestLine) return { text: text.trim(), number: index + 1 };
    throw new UsageError(
      `${title}: ${path}: line ${index + 1} has ${text.length} characters, more than ${longestLine}; ` +
        'one sentence a line is expected',
    );
  });
}

/**
 * Two files' lines as pairs, the n-th of one with the n-th of the other.
 * @throws UsageError where one has more, naming the first line without a partner
 */
export function paired(title: string, source: TextFile, target: TextFile): TextPairs {
  const [n, m] = [source.lines.length, target.lines.length];
  if (n !== m) {
    const [longer, shorter] = n > m ? [source, target] : [target, source];
    throw new UsageError(
      `${title}: ${longer.path} has ${longer.lines.length} sentences ` +
        `and ${shorter.path} has ${shorter.lines.length}: ` +
        `line ${longer.lines[shorter.lines.length]!.number} of ${longer.path} has no translation; ` +
        'give both sides of the same text',
    );
  }
  const sides = { source, target };
  return {
    pairs: source.lines.map(({ text }, index): TextPair => ({ source: text, target: target.lines[index]!.text })),
    place: (index, side) => `${sides[side].path}: line ${sides[side].lines[index]!.number}`,
  };
}

/** Texts one after another. */
export function concatenated(texts: readonly TextPairs[]): TextPairs {
  return {
    pairs: texts.flatMap(({ pairs }) => pairs),
    place(index, side) {
      let rest = index;
      for (const text of texts) {
        if (rest < text.pairs.length) return text.place(rest, side);
        rest -= text.pairs.length;
      }
      throw new RangeError(`concatenated: there is no pair ${index}`);
    },
  };
}
