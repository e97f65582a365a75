import type { BisectResult, FoundChange } from '../../bisect/bisect.ts';
import type { Commit, CommitRange } from '../../bisect/commits.ts';

/** What a bisection found, for people. */
export function bisectText({ positions }: Pick<CommitRange, 'positions'>, { found, notes }: BisectResult): string {
  const commits = positions.reduce((sum, position) => sum + position.commits.length, 0);
  const head = `${commits} commits, of which ${positions.length} differ in their code.`;
  return `${[head, ...notes, ...(found === null ? [] : foundLines(found))].join('\n')}\n`;
}

function foundLines({ by, suspects, skipped, differences, probability, ends }: FoundChange): string[] {
  const certainty =
    probability === null ? '' : `, with a probability of ${probability.toFixed(2)} (ends of ${ends?.seeds} seeds each)`;
  const head =
    suspects.length === 1
      ? `By ${by}: the change came with${certainty}`
      : `By ${by}: the change came with one of ${suspects.length} commits${certainty}`;
  return [
    `${head}:`,
    ...suspects.map((commit) => `  ${nameOf(commit)}`),
    ...differences.map((difference) => `    ${difference}`),
    ...skipped.map((commit) => `Skipped: ${nameOf(commit)}: ${commit.why}`),
  ];
}

function nameOf({ sha, title }: Commit): string {
  return `${sha.slice(0, 12)} ${title}`;
}
