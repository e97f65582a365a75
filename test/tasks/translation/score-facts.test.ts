import { expect, test } from 'vitest';
import { scoreFacts } from '../../../harness/tasks/translation/score-facts.ts';

test('scores are tried on references without their last words', () => {
  const facts = scoreFacts(['a b c d e', 'f g h i j'], { lowerCase: false });
  // Eight words, all of them right, beside ten: BLEU = 100·exp(1 − 10/8).
  expect(facts['BLEU of references without their last words']).toBeCloseTo(77.88007831, 7);
  const chrf = facts['chrF of references without their last words']!;
  expect(chrf).toBeGreaterThan(50);
  expect(chrf).toBeLessThan(100);
  expect(String(chrf).replace('.', '').length).toBeLessThanOrEqual(10);
});
