import { streamsOf } from '../../random.ts';
import { editsBetween, phonesOf } from './phones.ts';

/** What decides results beside what the engine is asked to compute: errors of phones that are drawn. */
export function drawnEdits(blank: number | null): string {
  const uniform = streamsOf('edits', 0)('labels');
  const drawn = () => Int32Array.from({ length: 24 }, () => Math.floor(4 * uniform()));
  return Array.from({ length: 8 }, () => {
    const [right, heard] = [phonesOf(drawn(), blank), phonesOf(drawn(), blank)];
    const { substitutions, insertions, deletions } = editsBetween(right, heard);
    return `${right.length}: ${substitutions}+${insertions}+${deletions}`;
  }).join(', ');
}
