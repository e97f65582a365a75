import { describe, expect, test } from 'vitest';
import { definitionChanges } from '../../baselines/definition-changes.ts';
import type { Definition } from '../../harness/spec/definition.ts';
import { fixtureDefinition } from '../helpers/definitions.ts';

const before = fixtureDefinition();
const changesTo = (changes: Partial<Definition>) => definitionChanges(before, fixtureDefinition(changes), 'epoch');
const [train, evaluation] = before.graphs as [Definition['graphs'][number], Definition['graphs'][number]];

describe('definitionChanges', () => {
  test('of equal definitions are none, whatever the first steps come to', () => {
    const first_steps = { ...before.first_steps, arithmetic: 'native' as const, threads: 2, losses: [9, 9, 9] };
    expect(changesTo({ first_steps })).toEqual([]);
  });

  const drawn = (changes: Record<string, string>) => ({ drawn: { ...before.drawn, ...changes } });
  test('of a graph for feeds of another shape, of which no operations are kept, are told where nothing else is', () => {
    const another = (digest: string) => ({ of: 'train', feeds: 'images float32 [1,8]', digest });
    const of = (...graphs: Definition['graphs']) => fixtureDefinition({ graphs: [...graphs, evaluation] });
    const then = of(train, another('cc'));
    expect(definitionChanges(then, of(train, another('dd')), 'epoch')).toEqual([
      'train: other operations for feeds of other shapes',
    ]);
    const changed = { ...train, digest: 'ab', operations: '3 Mul; 2 const float32 [] 0.8' };
    expect(definitionChanges(then, of(changed, another('dd')), 'epoch')).toEqual([
      'train: a constant 0.9 is now 0.8, in 2 places',
    ]);
  });

  test.each<[string, Partial<Definition>, string]>([
    [
      'a graph',
      { graphs: [{ ...train, digest: 'ab', operations: '3 Mul; 2 const float32 [] 0.8' }, evaluation] },
      'train: a constant 0.9 is now 0.8, in 2 places',
    ],
    [
      'wiring',
      { graphs: [train, { ...evaluation, digest: 'bc' }] },
      'evaluation: the same operations and constants, wired in another way',
    ],
    ['a graph that is lost', { graphs: [train] }, 'evaluation is no longer fed images float32 [4,8]'],
    ['steps', { phases: [{ label: 'train', steps: 5 }] }, 'steps by training: train 5 instead of train 6'],
    [
      'a learning rate',
      { rates: '0.1*6', ...drawn({ 'learning rate': '1111111199999999' }) },
      'learning rate from step 5 on: 0.1 instead of 0.01',
    ],
    [
      'a schedule that is too long to be listed',
      { rates: null, ...drawn({ 'learning rate': '1111111199999999' }) },
      'other learning rate from epoch 2 on',
    ],
    [
      'fewer steps at the same rates',
      { rates: '0.1*4', ...drawn({ 'learning rate': '11111111' }) },
      '4 steps instead of 6',
    ],
    ['the order', drawn({ order: '9999999944444444' }), 'other order from epoch 1 on'],
    ['labels', drawn({ labels: '5555555599999999' }), 'other labels from epoch 2 on'],
    ['something else that is drawn', drawn({ seeds: '11111111' }), 'seeds: drawn, which was not'],
    [
      'inputs',
      { inputs: [before.inputs[0]!, { images: 'ff', labels: 'b2' }, { images: 'ff', labels: 'ff' }] },
      'images of step 2 differ, labels do not',
    ],
    ['test images', { tests: { ...before.tests, 'test images': 'ff' } }, 'what is evaluated on differs: test images'],
    [
      'initial values',
      { initial: { digest: 'de', norms: { 'a.weight': 1.5, 'b.weight': 5 } } },
      'initial values differ: b.weight has norm 5 instead of 2.5',
    ],
    [
      'initial values of equal norms',
      { initial: { ...before.initial, digest: 'de' } },
      'initial values differ, their norms do not',
    ],
    ['a fact', { facts: {} }, 'vocabulary: nothing instead of 400'],
  ])('tell %s', (_, changes, text) => {
    expect(changesTo(changes)).toEqual([text]);
  });

  test('are none of facts that were not told then', () => {
    expect(changesTo({ facts: { ...before.facts, 'translations by drawn scores': 'de' } })).toEqual([]);
  });
});
