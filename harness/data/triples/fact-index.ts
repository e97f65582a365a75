import type { Triple } from './triple-parts.ts';

/** A fact as it is followed: from an entity along a relation, an inverse one included, to another entity. */
export interface Edge {
  readonly from: number;
  readonly relation: number;
  readonly to: number;
}

/** What is asked of facts: all lists are in the order of the edges. */
export interface FactIndex {
  readonly edges: readonly Edge[];
  /** The edges that leave an entity; none where it has none. */
  leaving(entity: number): readonly Edge[];
  /** The entities that a relation leads to from an entity, each once. */
  objects(entity: number, relation: number): readonly number[];
}

/** Both ways round: the inverse of relation r is r + `relations`. */
export function edgesOf(triples: readonly Triple[], relations: number): Edge[] {
  return triples.flatMap(({ subject, relation, object }) => [
    { from: subject, relation, to: object },
    { from: object, relation: relation + relations, to: subject },
  ]);
}

/** The inverse of a relation. @param relations how many there are one way round */
export function inverseOf(relation: number, relations: number): number {
  return relation < relations ? relation + relations : relation - relations;
}

/** Edges by where they begin. */
export function factIndex(edges: readonly Edge[], entities: number, relations: number): FactIndex {
  const leaving: Edge[][] = Array.from({ length: entities }, () => []);
  const objects = new Map<number, number[]>();
  for (const edge of edges) {
    leaving[edge.from]!.push(edge);
    const key = edge.from * 2 * relations + edge.relation;
    const found = objects.get(key);
    if (found === undefined) objects.set(key, [edge.to]);
    else if (!found.includes(edge.to)) found.push(edge.to);
  }
  return {
    edges,
    leaving: (entity) => leaving[entity]!,
    objects: (entity, relation) => objects.get(entity * 2 * relations + relation) ?? [],
  };
}
