import { describe, expect, it } from 'vitest';
import type { Utterance } from '../../../harness/data/frames/frames-dataset.ts';
import { loadFrames } from '../../../harness/data/frames/pieces.ts';
import { spokenWords } from '../../../harness/data/frames/spoken-words.ts';
import type { SpokenWordsSpec } from '../../../harness/spec/twin-regularization.ts';

const spec: SpokenWordsSpec = {
  name: 'spoken-words',
  phones: 6,
  words: 5,
  phonesPerWord: 3,
  leastFrames: 2,
  mostFrames: 4,
  dimension: 4,
  noise: 0.5,
  frames: 40,
  trainUtterances: 300,
  validationUtterances: 10,
  testUtterances: 10,
};
const { utterances, dimension, classes } = spokenWords.generate(spec);

/** Labels in a row with how often they stand there, without the last one, which may be cut off. */
function runsOf({ labels }: Utterance): { label: number; length: number }[] {
  const runs: { label: number; length: number }[] = [];
  labels.forEach((label, frame) => {
    if (frame > 0 && label === labels[frame - 1]) runs.at(-1)!.length++;
    else runs.push({ label, length: 1 });
  });
  return runs.slice(0, -1);
}

describe('generated utterances', () => {
  it('have words of phones of 2 to 4 frames each, as many words as are said', () => {
    expect([dimension, classes]).toEqual([4, 6]);
    const starts = new Set<string>();
    for (const utterance of utterances.train) {
      expect(utterance.labels).toHaveLength(40);
      const runs = runsOf(utterance);
      for (const { length } of runs) expect(length).toBeGreaterThanOrEqual(2);
      starts.add(
        runs
          .slice(0, 3)
          .map(({ label }) => label)
          .join(),
      );
    }
    // Where a word ends and the next begins alike, the two phones are one run.
    const lengths = utterances.train.flatMap((one) =>
      runsOf(one)
        .slice(0, 2)
        .map(({ length }) => length),
    );
    expect(new Set(lengths)).toEqual(new Set([2, 3, 4]));
    expect(starts.size).toBe(5);
  });

  it('have features around a mean of each phone, with the noise that is asked for', () => {
    const sums = Array.from({ length: 6 }, () => ({
      count: 0,
      mean: new Float64Array(4),
      square: new Float64Array(4),
    }));
    for (const { features, labels } of utterances.train) {
      labels.forEach((label, frame) => {
        const sum = sums[label]!;
        sum.count++;
        for (let i = 0; i < 4; i++) {
          sum.mean[i]! += features[frame * 4 + i]!;
          sum.square[i]! += features[frame * 4 + i]! ** 2;
        }
      });
    }
    const told = sums.filter(({ count }) => count > 1000);
    expect(told.length).toBeGreaterThan(2);
    for (const { count, mean, square } of told) {
      for (const [i, sum] of mean.entries()) {
        expect(Math.sqrt(square[i]! / count - (sum / count) ** 2)).toBeCloseTo(0.5, 1);
      }
    }
  });

  it('are the same but for the size of the noise, and others in each part', async () => {
    const louder = spokenWords.generate({ ...spec, noise: 1 }).utterances;
    expect(louder.train.map(({ labels }) => labels.join())).toEqual(
      utterances.train.map(({ labels }) => labels.join()),
    );
    const [a, b] = [utterances.test[0]!, louder.test[0]!];
    expect(b.features[0]! - a.features[0]!).not.toBe(0);
    expect(utterances.test[0]!.labels.join()).not.toBe(utterances.valid[0]!.labels.join());
    const digests = await Promise.all([spec, spec, { ...spec, noise: 1 }].map((own) => loadFrames(own, null)));
    expect(digests[0]!.digest).toBe(digests[1]!.digest);
    expect(digests[0]!.digest).not.toBe(digests[2]!.digest);
  });
});
