/** Sequences of phones, and how far one is from another. */

/**
 * The phones that labels of frames tell: equal labels that follow one another are one phone, and the blank is none.
 *
 * @param blank null: every label is a phone
 */
export function phonesOf(labels: ArrayLike<number>, blank: number | null): number[] {
  const phones: number[] = [];
  for (let frame = 0; frame < labels.length; frame++) {
    const label = labels[frame]!;
    if (label !== blank && (frame === 0 || label !== labels[frame - 1])) phones.push(label);
  }
  return phones;
}

/** Edits that lead from one sequence to another, each of weight 1. */
export interface Edits {
  substitutions: number;
  insertions: number;
  deletions: number;
}

export function editCount({ substitutions, insertions, deletions }: Edits): number {
  return substitutions + insertions + deletions;
}

/**
 * The fewest edits that lead from the right sequence to the one that was told (Levenshtein 1966), by kind: an insertion
 * was told and is not there, a deletion is there and was not told. Of ways with as few, one with the most substitutions.
 */
export function editsBetween(right: readonly number[], heard: readonly number[]): Edits {
  // Row by row: the edits from the first i phones to the first j.
  let row = Array.from({ length: heard.length + 1 }, (_, j): Edits => {
    return { substitutions: 0, insertions: j, deletions: 0 };
  });
  right.forEach((phone, i) => {
    const next: Edits[] = [{ substitutions: 0, insertions: 0, deletions: i + 1 }];
    heard.forEach((told, j) => {
      const before = row[j]!;
      const substituted = phone === told ? before : { ...before, substitutions: before.substitutions + 1 };
      const deleted = { ...row[j + 1]!, deletions: row[j + 1]!.deletions + 1 };
      const inserted = { ...next[j]!, insertions: next[j]!.insertions + 1 };
      next.push(fewest([substituted, deleted, inserted]));
    });
    row = next;
  });
  return row.at(-1)!;
}

function fewest(ways: readonly Edits[]): Edits {
  return ways.reduce((best, way) => {
    const difference = editCount(way) - editCount(best);
    const isMore = way.substitutions > best.substitutions;
    return difference < 0 || (difference === 0 && isMore) ? way : best;
  });
}

/** Edits over many utterances. */
export interface PhoneErrors extends Edits {
  /** Of the right sequences. */
  phones: number;
}

/** The sum of the edits of utterances, given by the labels of their frames. */
export function phoneErrors(
  utterances: Iterable<{ right: ArrayLike<number>; heard: ArrayLike<number> }>,
  blank: number | null,
): PhoneErrors {
  const sum: PhoneErrors = { phones: 0, substitutions: 0, insertions: 0, deletions: 0 };
  for (const { right, heard } of utterances) {
    const phones = phonesOf(right, blank);
    const edits = editsBetween(phones, phonesOf(heard, blank));
    sum.phones += phones.length;
    for (const kind of ['substitutions', 'insertions', 'deletions'] as const) sum[kind] += edits[kind];
  }
  return sum;
}
