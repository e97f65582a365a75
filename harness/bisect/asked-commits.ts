import { withSeed } from '../cell-name.ts';
import type { BisectState } from './bisect-state.ts';
import type { Asked, CommitRunner, Defined, Trained } from './commit-runner.ts';

/** Commits as a search asks them: nothing twice, not after an interruption, and not of the same program. */
export interface AskedCommits {
  define(sha: string): Promise<Asked<Defined>>;
  /** Trains seeds of the arm. @param place trainings in different places are repeated */
  train(sha: string, seeds: readonly number[], place: string): Promise<Asked<Trained[]>>;
  /** Whether two commits compute the same, as far as they tell. */
  areOne(sha: string, other: string): Promise<boolean>;
}

export interface AskedCommitsOptions {
  state: BisectState;
  runner: CommitRunner;
  /** A cell of the arm that is asked about. */
  cell: string;
  /** Keeps what is known, after each answer. */
  save(): Promise<void>;
  /** What is no code and decides results nonetheless, such as the locked dependencies: a digest for each commit. */
  surroundings(sha: string): Promise<string>;
  tell(line: string): void;
}

/** Remembers answers in the state; commits of one program, configuration and surroundings share what they trained. */
export function askedCommits({ state, runner, cell, save, surroundings, tell }: AskedCommitsOptions): AskedCommits {
  const definedCell = withSeed(cell, 0);

  async function define(sha: string): Promise<Asked<Defined>> {
    const known = state.defined[sha];
    if (known !== undefined) return known;
    const began = performance.now();
    const asked = await runner.define(sha, definedCell);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    state.defined[sha] = asked;
    tell(`${sha.slice(0, 12)}: ${'answer' in asked ? `defined in ${seconds} s` : `skipped: ${asked.skipped}`}`);
    await save();
    return asked;
  }

  /** Under what the trainings of a commit are kept: that of all commits that compute the same. */
  async function keyOf(sha: string): Promise<string> {
    const asked = await define(sha);
    return 'answer' in asked ? `${asked.answer.program} ${asked.answer.id} ${await surroundings(sha)}` : sha;
  }

  async function train(sha: string, seeds: readonly number[], place: string): Promise<Asked<Trained[]>> {
    const key = `${await keyOf(sha)} ${place}`;
    const known = state.trained[key] ?? {};
    state.trained[key] = known;
    const cells = seeds.map((seed) => withSeed(cell, seed));
    const missing = cells.filter((name) => known[name] === undefined);
    if (missing.length > 0) {
      const began = performance.now();
      const asked = await runner.train(sha, missing, place);
      if ('answer' in asked) for (const one of asked.answer) known[one.cell] = one;
      else for (const name of missing) known[name] = asked;
      const seconds = Math.round((performance.now() - began) / 1000);
      const what = 'answer' in asked ? `${missing.length} cells trained in ${seconds} s` : `skipped: ${asked.skipped}`;
      tell(`${sha.slice(0, 12)}: ${what}`);
      await save();
    }
    const answer: Trained[] = [];
    for (const name of cells) {
      const one = known[name];
      if (one === undefined) return { skipped: `it trained no ${name}` };
      if ('skipped' in one) return one;
      answer.push(one);
    }
    return { answer };
  }

  const areOne = async (sha: string, other: string) => (await keyOf(sha)) === (await keyOf(other));

  return { define, train, areOne };
}
