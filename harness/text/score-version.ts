/** The release of sacreBLEU whose scores BLEU and chrF equal; the tests hold scores of that release. */
export const scoreVersion = '2.6.0';

/** What every score of a corpus needs. */
export function requirePairs(score: string, hypotheses: readonly string[], references: readonly string[]): void {
  if (hypotheses.length !== references.length || hypotheses.length === 0) {
    throw new Error(
      `${score}: ${hypotheses.length} hypotheses and ${references.length} references; give one reference for each ` +
        'hypothesis, and one pair at least',
    );
  }
}
