import type { Definition } from '../../harness/spec/definition.ts';

/** A definition of a training of two epochs of three steps. */
export function fixtureDefinition(changes: Partial<Definition> = {}): Definition {
  return {
    data: '0123456789abcdef',
    graphs: [
      { of: 'train', feeds: 'images float32 [2,8]', digest: 'aa', operations: '3 Mul; 2 const float32 [] 0.9' },
      { of: 'evaluation', feeds: 'images float32 [4,8]', digest: 'bb', operations: '3 Mul' },
    ],
    phases: [{ label: 'train', steps: 6 }],
    drawn: { 'learning rate': '1111111122222222', order: '3333333344444444', labels: '5555555566666666' },
    rates: '0.1*4 0.01*2',
    inputs: [
      { images: 'a1', labels: 'b1' },
      { images: 'a2', labels: 'b2' },
      { images: 'a3', labels: 'b3' },
    ],
    tests: { 'test order': 'c1', 'test images': 'c2' },
    initial: { digest: 'dd', norms: { 'a.weight': 1.5, 'b.weight': 2.5 } },
    first_steps: {
      arithmetic: 'portable',
      threads: 1,
      losses: [2, 1.5, 1],
      values: { 'a.weight': '1 0.5 2 -1 1.1 0.6 2.1 -1.1 1.2 0.7 2.2 -1.2' },
    },
    counts: { 'recorded graphs': 2, steps: 6, 'bytes that a training step adds': 1e6 },
    facts: { vocabulary: 400 },
    ...changes,
  };
}
