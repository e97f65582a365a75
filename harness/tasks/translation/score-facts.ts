import { bleu } from '../../text/bleu.ts';
import { chrf } from '../../text/chrf.ts';

/** Sentences that the scores are tried on. */
const most = 200;
/** Digits that are the same whatever logarithm a version of the runtime has. */
const digits = 10;

/**
 * What the scores make of references without their last words: numbers that no training decides and that are equal on
 * every processor, so that a change of how translations are scored shows before anything is trained.
 */
export function scoreFacts(references: readonly string[], options: { lowerCase: boolean }): Record<string, number> {
  const own = references.slice(0, most);
  const shorter = own.map((reference) => reference.replace(/\s*\S+\s*$/, ''));
  const scores = { BLEU: bleu(shorter, own, options).score, chrF: chrf(shorter, own, options) };
  return Object.fromEntries(
    Object.entries(scores).map(([name, score]) => [
      `${name} of references without their last words`,
      Number(score.toPrecision(digits)),
    ]),
  );
}
