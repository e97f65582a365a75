import { grouped } from '../../../baselines/arms.ts';
import { meanReach } from '../../../harness/statistics/mean-tests.ts';
import { mean } from '../../../harness/statistics/moments.ts';
import { type Block, type Column, type Section, table, text } from '../../render/document.ts';
import { orDash, significant } from '../../render/format.ts';
import { type Candidate, type Find, type Population, rankings } from './populations.ts';
import { percent } from './score-section.ts';

/** A way to choose an architecture, and what it came to. */
export interface Choice {
  by: string;
  /** The architectures of the seeds. */
  architectures: readonly string[];
  /** By seed. */
  accuracies: ReadonlyMap<number, number>;
  /** Share of the samples of a search whose norm was above ν, where the search makes it smaller; null: no search. */
  aboveLimit: number | null;
  /** Mean over seeds of what choosing took. */
  seconds: number;
}

/** Accuracies of chosen architectures, and what choosing takes. */
export function choiceSection(populations: readonly Population[]): Section | null {
  if (populations.length === 0) return null;
  const blocks = populations.flatMap((population): Block[] => [
    text(`${population.place}:`),
    table(choicesOf(population), columns),
  ]);
  return { heading: 'Choosing an architecture', blocks: [text(legend), ...blocks] };
}

const legend =
  'Each way chooses one architecture a seed; the accuracy is that on the test examples after training, with the 95 % ' +
  'interval of its mean over seeds where there are several. Seconds: of the search, of all scores, or of all trainings ' +
  'of this run’s architectures, one after another. By training: the best on held-out examples. At random: the mean of all. Above ν: samples of a search whose norm is ' +
  'above ν, so that its step lowers the trace where μ is above 1; searches in which that is mostly so look for something ' +
  'else than those in which it is not.';

/** Every way that this run has architectures for. */
export function choicesOf({ candidates, finds }: Population): Choice[] {
  const searches = [...grouped(finds, ({ method, input }) => `${method}, ${input}`)].map(
    ([by, own]): Choice => ({
      by,
      architectures: own.map(({ architecture }) => architecture),
      accuracies: new Map(own.map(({ seed, accuracy }) => [seed, accuracy])),
      aboveLimit: mean(own.map((find) => find.aboveLimit)),
      seconds: mean(own.map(({ seconds }: Find) => seconds))!,
    }),
  );
  if (candidates.length === 0) return searches;
  const bySeed = [...grouped(candidates, ({ seed }) => String(seed)).values()];
  const ranked = (by: string, of: (one: Candidate) => number, seconds: (one: Candidate) => number): Choice => {
    const best = bySeed.map((own) => own.reduce((left, right) => (of(right) > of(left) ? right : left)));
    return {
      by,
      architectures: best.map(({ architecture }) => architecture),
      accuracies: new Map(best.map(({ seed, accuracy }) => [seed, accuracy])),
      aboveLimit: null,
      seconds: mean(bySeed.map((own) => own.reduce((sum, one) => sum + seconds(one), 0)))!,
    };
  };
  const means = new Map(bySeed.map((own) => [own[0]!.seed, mean(own.map(({ accuracy }) => accuracy))!]));
  return [
    ...searches,
    ...rankings.map(({ name, of, seconds }) => ranked(name, of, seconds)),
    ranked(
      trainingName,
      ({ validationAccuracy }) => validationAccuracy,
      ({ seconds }) => seconds,
    ),
    { by: randomName, architectures: [], accuracies: means, aboveLimit: null, seconds: 0 },
  ];
}

export const trainingName = 'training all';
export const randomName = 'at random';

const columns: Column<Choice>[] = [
  { name: 'chosen by', cell: ({ by }) => by },
  { name: 'architecture', cell: ({ architectures }) => [...new Set(architectures)].join(', ') },
  { name: 'accuracy, %', cell: accuracyText, numeric: true },
  { name: 'samples above ν, %', cell: ({ aboveLimit }) => orDash(aboveLimit, percent), numeric: true },
  { name: 'seconds', cell: ({ seconds }) => significant(seconds), numeric: true },
];

function accuracyText({ accuracies }: Choice): string {
  const values = [...accuracies.values()];
  const reach = meanReach(values);
  return `${percent(mean(values)!)}${reach === null ? '' : ` ± ${percent(reach)}`}`;
}
