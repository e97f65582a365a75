import { describe, expect, test } from 'vitest';
import {
  type Beams,
  beamSearch,
  type Hypothesis,
  type Scorer,
  type SearchOptions,
} from '../../harness/decode/beam-search.ts';
import { streamsOf } from '../../harness/random.ts';

const [bos, eos] = [0, 1];

/** log p of every next token after a prefix. */
type Model = (sentence: number, prefix: readonly number[]) => number[];

/** A model whose distributions are drawn for each prefix. */
function randomModel(name: string, vocabulary: number): Model {
  return (sentence, prefix) => {
    const draw = streamsOf('beam-search', 0)(`${name}/${sentence}/${prefix.join()}`);
    const powers = Array.from({ length: vocabulary }, (_, token) => (token === bos ? 0 : Math.exp(3 * draw())));
    const total = powers.reduce((sum, power) => sum + power, 0);
    return powers.map((power) => (power === 0 ? -1e9 : Math.log(power / total)));
  };
}

/** Scores by sorting everything, with the prefixes spelled out. */
function scorerOf(model: Model, vocabulary: number, beam: number): Scorer & { calls: Beams[] } {
  let prefixes: number[][] = [];
  const calls: Beams[] = [];
  return {
    vocabulary,
    calls,
    extend(beams) {
      calls.push(beams);
      const { position, tokens, parents, scores } = beams;
      prefixes = [...tokens].map((token, row) => (position === 0 ? [] : [...prefixes[parents[row]!]!, token]));
      const sums = prefixes.map((prefix, row) =>
        model(Math.floor(row / beam), prefix).map((value) => scores[row]! + value),
      );
      const best = Array.from({ length: tokens.length / beam }, (_, sentence) => {
        const flat = sums.slice(sentence * beam, (sentence + 1) * beam).flat();
        const places = flat.map((_score, place) => place).sort((a, b) => flat[b]! - flat[a]! || a - b);
        return places.slice(0, 2 * beam).map((place) => [flat[place]!, place] as const);
      }).flat();
      return {
        scores: Float32Array.from(best, ([score]) => score),
        places: Int32Array.from(best, ([, place]) => place),
        ends: Float32Array.from(sums, (row) => row[eos]!),
      };
    },
  };
}

/** Every sequence of at most `limit` tokens, the best first. */
function exhaustive(model: Model, sentence: number, vocabulary: number, limit: number, lengthPenalty: number) {
  const all: Hypothesis[] = [];
  const visit = (tokens: number[], sum: number) => {
    const next = model(sentence, tokens);
    const logProbability = sum + next[eos]!;
    all.push({ tokens, logProbability, score: logProbability / (tokens.length + 1) ** lengthPenalty });
    if (tokens.length === limit) return;
    for (let token = 2; token < vocabulary; token++) visit([...tokens, token], sum + next[token]!);
  };
  visit([], 0);
  return all.sort((a, b) => b.score - a.score);
}

const options = (beam: number, lengthPenalty = 1): SearchOptions => ({ beam, lengthPenalty, bos, eos });

function expectHypothesis(actual: Hypothesis, expected: Hypothesis): void {
  expect(actual.tokens).toEqual(expected.tokens);
  expect(actual.score).toBeCloseTo(expected.score, 5);
  expect(actual.logProbability).toBeCloseTo(expected.logProbability, 5);
}

describe.each([0, 0.6, 1, 2])('with length penalty %d', (lengthPenalty) => {
  test('a beam with room for every sequence finds all of them, in the order of exhaustive search', () => {
    const [vocabulary, limits] = [5, [3, 1, 2]];
    const model = randomModel('exhaustive', vocabulary);
    // 1 + 3 + 9 + 27 sequences; a beam of fewer would be done before it has them all.
    const scorer = scorerOf(model, vocabulary, 40);
    const found = beamSearch(scorer, limits, options(40, lengthPenalty));
    limits.forEach((limit, sentence) => {
      const expected = exhaustive(model, sentence, vocabulary, limit, lengthPenalty);
      expect(found[sentence]!.length).toBe(expected.length);
      expected.forEach((hypothesis, rank) => {
        expectHypothesis(found[sentence]![rank]!, hypothesis);
      });
    });
  });
});

test('a beam of 1 takes the likeliest token at each place', () => {
  const vocabulary = 6;
  const model = randomModel('greedy', vocabulary);
  const lengths = new Set<number>();
  const found = beamSearch(scorerOf(model, vocabulary, 1), [8, 8, 8, 8, 8, 8], options(1));
  found.forEach(([best, ...others], sentence) => {
    const tokens: number[] = [];
    while (tokens.length < 8) {
      const next = model(sentence, tokens);
      const token = next.indexOf(Math.max(...next));
      if (token === eos) break;
      tokens.push(token);
    }
    expect([best!.tokens, others]).toEqual([tokens, []]);
    lengths.add(tokens.length);
  });
  expect(lengths.size).toBeGreaterThan(1);
});

test('sentences do not depend on those beside them', () => {
  const model = randomModel('beside', 7);
  const limits = [6, 2, 9, 0];
  const together = beamSearch(scorerOf(model, 7, 3), limits, options(3));
  limits.forEach((limit, sentence) => {
    const alone = beamSearch(
      scorerOf((_, prefix) => model(sentence, prefix), 7, 3),
      [limit],
      options(3),
    );
    expect(alone[0]).toEqual(together[sentence]);
    expect(together[sentence]!.length).toBeGreaterThan(0);
  });
});

test('a wider beam can find what a narrow one misses, and a length penalty can turn the order', () => {
  // Token 2 is likelier at first, and ends badly; 3 3 is likelier than every other sequence but the empty one.
  const model: Model = (_, prefix) => {
    const table: Record<string, number[]> = {
      '': [0, 0.3, 0.4, 0.3],
      '2': [0, 0.2, 0.4, 0.4],
      '3': [0, 0.05, 0.05, 0.9],
    };
    const last = [0, 0.9, 0.05, 0.05];
    const shares = prefix.length > 1 && prefix[0] === 3 ? last : (table[prefix.join()] ?? [0, 0.4, 0.3, 0.3]);
    return shares.map((share) => (share === 0 ? -1e9 : Math.log(share)));
  };
  const best = (beam: number, lengthPenalty: number) =>
    beamSearch(scorerOf(model, 4, beam), [2], options(beam, lengthPenalty))[0]![0]!;
  expect(best(1, 1).tokens[0]).toBe(2);
  expect(best(6, 0).tokens).toEqual([]);
  expect(best(6, 0).logProbability).toBeCloseTo(Math.log(0.3), 5);
  expect(best(6, 1).tokens).toEqual([3, 3]);
  expect(best(6, 1).score).toBeCloseTo(Math.log(0.3 * 0.9 * 0.9) / 3, 5);
  expect(best(6, 2).score).toBeCloseTo(Math.log(0.3 * 0.9 * 0.9) / 9, 5);
});

test('an end that is not among the first `beam` extensions is not taken', () => {
  // After every prefix: token 2 with 0.5, 3 with 0.3, the end with 0.2.
  const model: Model = () => [-1e9, Math.log(0.2), Math.log(0.5), Math.log(0.3)];
  const found = beamSearch(scorerOf(model, 4, 2), [2], options(2));
  // At both places the end is third; both prefixes end at the limit.
  expect(found[0]!.map(({ tokens }) => tokens)).toEqual([
    [2, 2],
    [2, 3],
  ]);
});

test('equal scores are ordered by hypothesis and token', () => {
  const model: Model = () => [-1e9, -1, -1, -1, -1];
  const run = () => beamSearch(scorerOf(model, 5, 3), [2, 2], options(3, 0));
  // The empty sequence comes first; of 2, 3 and 4 the first ends first, and is extended before 3 ends.
  expect(run()[0]!.map(({ tokens }) => tokens)).toEqual([[], [2], [2, 2]]);
  expect(run()).toEqual(run());
  const [first, second] = run();
  expect(second).toEqual(first);
});

test('a limit of 0 leaves the empty sequence', () => {
  const model = randomModel('empty', 4);
  const found = beamSearch(scorerOf(model, 4, 3), [0], options(3));
  expect(found[0]!.map(({ tokens }) => tokens)).toEqual([[]]);
});

test('rows of finished sentences are marked, and the search stops with the last one', () => {
  // The first sentence must end at once, the second after three tokens.
  const model: Model = (sentence, prefix) =>
    sentence === 0 || prefix.length === 3 ? [-1e9, 0, -9, -9] : [-1e9, -9, 0, -1];
  const scorer = scorerOf(model, 4, 1);
  const found = beamSearch(scorer, [10, 10], options(1));
  expect(found.map(([best]) => best!.tokens)).toEqual([[], [2, 2, 2]]);
  expect(scorer.calls.map(({ scores }) => scores[0]! === -1e9)).toEqual([false, true, true, true]);
});

test('scores that are not numbers are refused', () => {
  expect(() =>
    beamSearch(
      scorerOf(() => [0, Number.NaN, 0, 0], 4, 1),
      [0],
      options(1),
    ),
  ).toThrow('a score is NaN');
});
