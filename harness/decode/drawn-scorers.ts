import { streamsOf } from '../random.ts';
import type { ModelScorers, SpecialTokens } from './model-scorer.ts';

/** Tokens that are scored, the special ones among them. */
const vocabulary = 12;

/**
 * Scores of no model: of each token after each prefix of each source −4 times a uniform draw, of a stream that is named
 * after both, so that what is found by them is the same on every processor. Neither padding nor a beginning is ever an
 * extension.
 */
export function drawnScorers(beam: number, { pad, bos, eos }: SpecialTokens): ModelScorers {
  const streams = streamsOf('decoding', 0);
  const scored = Array.from({ length: vocabulary }, (_, token) => token).filter((token) => ![pad, bos].includes(token));
  return {
    scorerOf(sources) {
      let prefixes: string[] = [];
      return {
        vocabulary,
        extend({ position, tokens, parents, scores: before }) {
          prefixes = [...tokens].map((token, row) => (position === 0 ? '' : `${prefixes[parents[row]!]} ${token}`));
          const ends = new Float32Array(prefixes.length);
          const best = sources.flatMap((source, sentence) => {
            const rows = Array.from({ length: beam }, (_, place) => ({ place, row: sentence * beam + place }));
            const all = rows.flatMap(({ place, row }) => {
              const draws = streams(`${source.join(' ')}: ${prefixes[row]}`);
              return scored.map((token) => {
                const score = before[row]! - 4 * draws();
                if (token === eos) ends[row] = score;
                return { score, place: place * vocabulary + token };
              });
            });
            return all.sort((a, b) => b.score - a.score || a.place - b.place).slice(0, 2 * beam);
          });
          const [scores, places] = [best.map(({ score }) => score), best.map(({ place }) => place)];
          return { scores: Float32Array.from(scores), places: Int32Array.from(places), ends };
        },
        dispose() {},
      };
    },
    dispose() {},
  };
}
