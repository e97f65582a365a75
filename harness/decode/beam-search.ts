/** Beam search over whatever scores continuations of token sequences. */

/** Hypotheses to extend, `beam` a sentence and those of a sentence one after the other. */
export interface Beams {
  /** How many tokens each has before its last one. */
  position: number;
  /** The last token of each. */
  tokens: Int32Array;
  /** Which row of the call before each extends; its own in the first call. */
  parents: Int32Array;
  /** Sums of log-probabilities; `impossible` marks a row without hypothesis. */
  scores: Float32Array;
}

/** The best extensions, `2·beam` a sentence (all, where there are fewer), the best first and equal ones by place. */
export interface Extensions {
  /** Sums of log-probabilities. */
  scores: Float32Array;
  /** Row within the sentence times the size of the vocabulary, plus the new token. */
  places: Int32Array;
  /** Every row's score where it ends here, which need not be among the best. */
  ends: Float32Array;
}

export interface Scorer {
  vocabulary: number;
  extend(beams: Beams): Extensions;
}

export interface SearchOptions {
  /** Hypotheses kept; 1 takes the likeliest token at each place. */
  beam: number;
  /** α of the final scores log p/length^α. */
  lengthPenalty: number;
  /** Number of the token that begins a target, and of the one that ends it. */
  bos: number;
  eos: number;
}

export interface Hypothesis {
  /** Without beginning and end. */
  tokens: number[];
  /** log p/length^α, where the length counts the end. */
  score: number;
  logProbability: number;
}

/** The score of what cannot be, far below every sum of log-probabilities and yet a number. */
export const impossible = -1e9;

/** An unfinished hypothesis; `row` within the sentence, of the extension that made it. */
interface Prefix {
  tokens: number[];
  score: number;
  row: number;
}

interface Sentence {
  open: Prefix[];
  finished: Hypothesis[];
  done: boolean;
}

/**
 * Finds likely sequences for several sentences at once, as fairseq does (Ott et al. 2019): of a sentence's 2·beam best
 * extensions, those that end and are among the first `beam` are finished, and the best `beam` that do not end go on;
 * a sentence is done with `beam` finished hypotheses, or where it reaches its limit and so must end. Equal scores are
 * ordered by hypothesis and token, so that the result is the same every time.
 *
 * @param limits the most tokens of each sentence, the end not counted
 * @returns at most `beam` hypotheses a sentence, the best first
 * @throws Error where a score is not a number
 */
export function beamSearch(scorer: Scorer, limits: readonly number[], options: SearchOptions): Hypothesis[][] {
  const { beam, bos } = options;
  const sentences = limits.map(
    (): Sentence => ({ open: [{ tokens: [], score: 0, row: 0 }], finished: [], done: false }),
  );
  for (let position = 0; sentences.some(({ done }) => !done); position++) {
    const extensions = scorer.extend(beamsOf(sentences, position, beam, bos));
    const width = extensions.scores.length / sentences.length;
    sentences.forEach((sentence, index) => {
      if (sentence.done) return;
      const candidates =
        position < limits[index]!
          ? candidatesOf(extensions, index * width, width, scorer.vocabulary)
          : endings(extensions.ends.subarray(index * beam, (index + 1) * beam), options.eos);
      advance(sentence, candidates, options);
      if (position >= limits[index]!) sentence.done = true;
    });
  }
  // Sorting is stable: of equal scores, what was finished first and ranked higher comes first.
  return sentences.map(({ finished }) => finished.sort((a, b) => b.score - a.score));
}

function beamsOf(sentences: readonly Sentence[], position: number, beam: number, bos: number): Beams {
  const rows = sentences.length * beam;
  const tokens = new Int32Array(rows).fill(bos);
  const parents = Int32Array.from({ length: rows }, (_, row) => row);
  const scores = new Float32Array(rows).fill(impossible);
  sentences.forEach(({ open, done }, index) => {
    if (done) return;
    open.forEach((prefix, place) => {
      const row = index * beam + place;
      tokens[row] = prefix.tokens.at(-1) ?? bos;
      parents[row] = index * beam + prefix.row;
      scores[row] = prefix.score;
    });
  });
  return { position, tokens, parents, scores };
}

interface Candidate {
  row: number;
  token: number;
  score: number;
}

function candidatesOf({ scores, places }: Extensions, from: number, width: number, vocabulary: number): Candidate[] {
  return Array.from({ length: width }, (_, rank) => {
    const place = places[from + rank]!;
    return { row: Math.floor(place / vocabulary), token: place % vocabulary, score: scores[from + rank]! };
  });
}

function endings(ends: Float32Array, eos: number): Candidate[] {
  return [...ends].map((score, row) => ({ row, token: eos, score })).sort((a, b) => b.score - a.score);
}

/** Takes a sentence one token further. */
function advance(sentence: Sentence, candidates: readonly Candidate[], options: SearchOptions): void {
  const { beam, lengthPenalty, eos } = options;
  const next: Prefix[] = [];
  candidates.forEach(({ row, token, score }, rank) => {
    if (!Number.isFinite(score)) {
      throw new Error(`beamSearch: a score is ${score}; the model's logits are not numbers, as after a divergence`);
    }
    if (score < impossible / 2) return;
    const { tokens } = sentence.open[row]!;
    if (token !== eos) {
      if (next.length < beam) next.push({ tokens: [...tokens, token], score, row });
    } else if (rank < beam && sentence.finished.length < beam) {
      const length = tokens.length + 1;
      sentence.finished.push({
        tokens,
        score: score / lengthPower(length, lengthPenalty),
        logProbability: score,
      });
    }
  });
  sentence.open = next;
  sentence.done = sentence.finished.length === beam || next.length === 0;
}

/** length^α, alike with every version of Node, whose powers are not; exact for the published α of 1. */
function lengthPower(length: number, alpha: number): number {
  return alpha === 1 ? length : Math.exp(alpha * Math.log(length));
}
