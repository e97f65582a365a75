import { streamsOf, type Uniform } from '../../random.ts';
import type { Facts, Triple } from './triple-parts.ts';
import type { GeneratedTriples } from './triples-dataset.ts';

/** The relations of the knowledge base: of players, and of clubs. */
export const footballRelations = [
  'plays_for_club',
  'plays_for_country',
  'plays_position',
  'is_aged',
  'wears_number',
  'is_in_country',
] as const;
export type FootballRelation = (typeof footballRelations)[number];

/**
 * A knowledge base like the one of players at the World Cup 2014 that Zhang, Winn and Tomioka (2016) ask questions of,
 * with values assigned at random: every player has a club, a country, a position, an age and a number, every club a
 * country. The first values of a kind go round once, so that none is left out.
 */
export const football: GeneratedTriples<'football'> = {
  name: 'football',
  title: 'generated football knowledge base',
  sort: 'triples',
  source: 'generated',
  examples: null,
  generate({ players, clubs, countries, positions, ages, numbers }): Facts {
    const streams = streamsOf('football/1', 0);
    const entities: string[] = [];
    const named = (count: number, nameOf: (index: number) => string) => {
      const first = entities.length;
      for (let index = 0; index < count; index++) entities.push(nameOf(index));
      return Array.from({ length: count }, (_, index) => first + index);
    };
    const kinds = {
      player: named(players, (index) => `player ${index + 1}`),
      club: named(clubs, (index) => `club ${index + 1}`),
      country: named(countries, (index) => `country ${index + 1}`),
      position: named(positions, (index) => `position ${index + 1}`),
      age: named(ages, (index) => `age ${17 + index}`),
      number: named(numbers, (index) => `number ${index + 1}`),
    };
    const assigned = (relation: FootballRelation, subjects: readonly number[], objects: readonly number[]) =>
      triplesOf(footballRelations.indexOf(relation), subjects, objects, streams(relation));
    return {
      entities,
      relations: footballRelations,
      triples: [
        ...assigned('plays_for_club', kinds.player, kinds.club),
        ...assigned('plays_for_country', kinds.player, kinds.country),
        ...assigned('plays_position', kinds.player, kinds.position),
        ...assigned('is_aged', kinds.player, kinds.age),
        ...assigned('wears_number', kinds.player, kinds.number),
        ...assigned('is_in_country', kinds.club, kinds.country),
      ],
    };
  },
};

function triplesOf(relation: number, subjects: readonly number[], objects: readonly number[], uniform: Uniform) {
  return subjects.map((subject, index): Triple => {
    const drawn = objects[Math.floor(objects.length * uniform())]!;
    return { subject, relation, object: index < objects.length ? objects[index]! : drawn };
  });
}
