import type { Uniform } from '../../random.ts';
import type { SortName } from '../../spec/gaussian-attention.ts';
import { type Edge, type FactIndex, inverseOf } from './fact-index.ts';

/** A condition on the answer: that a path of relations leads to it from an entity. */
export interface Branch {
  readonly start: number;
  readonly path: readonly number[];
}

/** A question: its answers meet all of its conditions. */
export interface Question {
  readonly branches: readonly Branch[];
}

/** A question whose answers are known. */
export interface AnsweredQuestion extends Question {
  /** All entities that meet the conditions by what is known, each once. */
  readonly answers: readonly number[];
  /** Of these, the ones whose ranks count. */
  readonly asked: readonly number[];
}

/** Two questions of one key ask the same. */
export function keyOf({ branches }: Question): string {
  return branches
    .map(({ start, path }) => `${start}:${path.join('/')}`)
    .sort()
    .join('&');
}

/** All answers by the facts of an index. */
export function answersOf({ branches }: Question, facts: FactIndex): number[] {
  const [first, ...others] = branches.map((branch) => reachedBy(branch, facts));
  return [...first!].filter((entity) => others.every((set) => set.has(entity)));
}

function reachedBy({ start, path }: Branch, facts: FactIndex): ReadonlySet<number> {
  let reached = new Set([start]);
  for (const relation of path) {
    reached = new Set([...reached].flatMap((entity) => facts.objects(entity, relation)));
  }
  return reached;
}

/** What a question is drawn from. */
export interface QuestionSource {
  /** The facts that a question goes along. */
  readonly facts: FactIndex;
  /** Relations one way round. */
  readonly relations: number;
}

/** A drawn question, and the answer that it was drawn for. */
export interface DrawnQuestion extends Question {
  readonly answer: number;
}

/**
 * Draws a question whose last step is one of `last`: this edge itself; an edge of the facts that ends where it begins,
 * and then it; or it and an edge of the facts of another relation that ends where it ends. Null: there is no such edge.
 */
export function drawQuestion(
  sort: SortName,
  last: readonly Edge[],
  { facts, relations }: QuestionSource,
  uniform: Uniform,
): DrawnQuestion | null {
  const edge = last[Math.floor(last.length * uniform())]!;
  const own = { start: edge.from, path: [edge.relation] };
  if (sort === 'single') return { branches: [own], answer: edge.to };
  const met = sort === 'path' ? edge.from : edge.to;
  const others = facts.leaving(met).filter(({ relation }) => {
    return sort === 'path' || inverseOf(relation, relations) !== edge.relation;
  });
  const back = others[Math.floor(others.length * uniform())];
  if (back === undefined) return null;
  // An edge that leaves, walked back, arrives.
  const [start, relation] = [back.to, inverseOf(back.relation, relations)];
  if (sort === 'path') return { branches: [{ start, path: [relation, edge.relation] }], answer: edge.to };
  return { branches: [own, { start, path: [relation] }], answer: edge.to };
}

/**
 * Draws different questions that none of `taken` asks, and takes them: `count` of them, or as many as are found in
 * twenty times as many draws.
 */
export function drawDifferent(count: number, draw: () => DrawnQuestion | null, taken: Set<string>): DrawnQuestion[] {
  const found: DrawnQuestion[] = [];
  for (let tries = 0; tries < 20 * count && found.length < count; tries++) {
    const question = draw();
    if (question === null) continue;
    const key = keyOf(question);
    if (taken.has(key)) continue;
    taken.add(key);
    found.push(question);
  }
  return found;
}
