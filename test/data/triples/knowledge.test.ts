import { describe, expect, it, test } from 'vitest';
import { football } from '../../../harness/data/triples/football.ts';
import { footballText, footballWords } from '../../../harness/data/triples/football-text.ts';
import { loadKnowledge } from '../../../harness/data/triples/knowledge.ts';
import { answersOf, keyOf } from '../../../harness/data/triples/questions.ts';
import { streamsOf } from '../../../harness/random.ts';
import { type FootballSpec, sortNames } from '../../../harness/spec/gaussian-attention.ts';

const spec: FootballSpec = {
  name: 'football',
  players: 30,
  clubs: 6,
  countries: 3,
  positions: 4,
  ages: 5,
  numbers: 7,
  validationQuestions: 20,
  testQuestions: 30,
};

test('the football knowledge base has five facts of a player and one of a club, and leaves no value out', () => {
  const { entities, relations, triples } = football.generate(spec);
  expect(entities).toHaveLength(55);
  expect(new Set(entities).size).toBe(55);
  expect(relations).toHaveLength(6);
  expect(triples).toHaveLength(5 * 30 + 6);
  expect(new Set(triples.flatMap(({ subject, object }) => [subject, object])).size).toBe(55);
  for (let player = 0; player < 30; player++) {
    const own = triples.filter(({ subject }) => subject === player).map(({ relation }) => relation);
    expect(own.sort()).toEqual([0, 1, 2, 3, 4]);
  }
  // The same on every call.
  expect(football.generate(spec)).toEqual(football.generate(spec));
});

describe('questions of a generated knowledge base', () => {
  it('are different in all parts, held out, and have all their answers', async () => {
    const knowledge = await loadKnowledge(spec, null);
    const { facts, validation, test: tested, isHeldOut } = knowledge;
    for (const sort of sortNames) {
      const all = [...validation[sort], ...tested[sort]];
      expect([sort, validation[sort].length, tested[sort].length]).toEqual([sort, 20, 30]);
      expect(new Set(all.map(keyOf)).size).toBe(50);
      for (const question of all) {
        expect(isHeldOut(question)).toBe(true);
        expect(question.answers.length).toBeGreaterThan(0);
        expect(question.asked).toEqual(question.answers);
        // By going through all entities.
        const meant = Array.from({ length: knowledge.entities }, (_, entity) => entity).filter((entity) =>
          question.branches.every(({ start, path }) => reaches(start, path, entity)),
        );
        expect([...question.answers].sort((a, b) => a - b)).toEqual(meant);
      }
    }
    function reaches(from: number, [relation, ...rest]: readonly number[], to: number): boolean {
      if (relation === undefined) return from === to;
      return facts.edges.some((edge) => edge.from === from && edge.relation === relation && reaches(edge.to, rest, to));
    }
  });

  it('have conditions of one relation each in conjunctions, and paths of two', async () => {
    const { test: tested } = await loadKnowledge(spec, null);
    const shapes = (sort: 'single' | 'path' | 'conjunction') =>
      new Set(tested[sort].map(({ branches }) => branches.map(({ path }) => path.length).join()));
    expect([shapes('single'), shapes('path'), shapes('conjunction')]).toEqual([
      new Set(['1']),
      new Set(['2']),
      new Set(['1,1']),
    ]);
    for (const { branches } of tested.conjunction) {
      expect(branches[0]!.path).not.toEqual(branches[1]!.path);
    }
  });

  it('ask at most a quarter of what there is, so that some is left', async () => {
    const many = { ...spec, validationQuestions: 1000, testQuestions: 1000 };
    const { test: tested, validation, facts } = await loadKnowledge(many, null);
    const distinct = new Set(facts.edges.map(({ from, relation }) => `${from}:${relation}`)).size;
    for (const part of [tested, validation]) {
      for (const sort of sortNames) expect(part[sort].length).toBeLessThanOrEqual(distinct / 4);
    }
  });
});

test('answers along an empty way are none', async () => {
  const { facts } = await loadKnowledge(spec, null);
  // No position is in a country.
  const position = 30 + 6 + 3;
  expect(answersOf({ branches: [{ start: position, path: [5] }] }, facts)).toEqual([]);
});

test('a question in words says its last relation first, and mentions what it starts from', () => {
  const [mention, ...others] = footballText(
    { branches: [{ start: 7, path: [0, 5] }] },
    // The first way of all.
    () => 0,
  );
  expect(others).toEqual([]);
  expect(mention).toEqual({ entity: 7, words: 'what is the home country of the club of'.split(' ') });
  const both = footballText(
    {
      branches: [
        { start: 31, path: [6] },
        { start: 40, path: [8] },
      ],
    },
    () => 0.999,
  );
  expect(both.map(({ words }) => words.join(' '))).toEqual([
    'name the men under contract with',
    'that also is among the men lined up as',
  ]);
  const uniform = streamsOf('test', 0)('words');
  for (let relation = 0; relation < 12; relation++) {
    const mentions = footballText({ branches: [{ start: 0, path: [relation] }] }, uniform);
    expect(mentions).toHaveLength(1);
    for (const word of mentions[0]!.words) expect(footballWords).toContain(word);
  }
});
