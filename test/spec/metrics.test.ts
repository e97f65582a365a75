import { describe, expect, it } from 'vitest';
import { changeNumber, changeText, changeUnit, shownNumber, valueText } from '../../baselines/wording.ts';
import { kindNames, wordsOfKind } from '../../harness/spec/kinds.ts';
import { addMetric, boundsProblem, gainOf, metricNames, metricOf, shownScale } from '../../harness/spec/metrics.ts';

import '../helpers/scored-kind.ts';

describe('a metric', () => {
  it('is known by its name, or refused with the known ones', () => {
    expect(metricOf('bleu').title).toBe('BLEU');
    expect(() => metricOf('blue')).toThrow(/^metric 'blue' is unknown; known: accuracy, bleu, chrf/);
  });

  it('is added once', () => {
    expect(metricNames()).toContain('likelihood');
    expect(() => addMetric('bleu', metricOf('chrf'))).toThrow("metric 'bleu' is known already; choose another name");
    expect(metricOf('bleu').title).toBe('BLEU');
  });

  it('of every kind is known', () => {
    for (const kind of kindNames()) for (const name of wordsOfKind(kind).metrics) expect(metricNames()).toContain(name);
  });

  it.each(metricNames())('%s has bounds in order, within which its full score lies', (name) => {
    const { least, most, full } = metricOf(name);
    if (least !== null && most !== null) expect(least).toBeLessThan(most);
    if (full !== null) expect(boundsProblem(name, full)).toBeNull();
  });
});

describe('gainOf', () => {
  it('is larger for what is better, whatever the metric', () => {
    expect(gainOf('accuracy', 0.9)).toBeGreaterThan(gainOf('accuracy', 0.8));
    expect(gainOf('perplexity', 5)).toBeGreaterThan(gainOf('perplexity', 6));
    expect(gainOf('likelihood', -33.1)).toBeGreaterThan(gainOf('likelihood', -40));
    expect([gainOf('bleu', 30), gainOf('valid_loss', 2.5)]).toEqual([30, -2.5]);
  });
});

describe('boundsProblem', () => {
  it.each<[string, number, string | null]>([
    ['accuracy', 0, null],
    ['accuracy', 1, null],
    ['accuracy', -0.001, 'accuracy -0.001 is below 0'],
    ['accuracy', 1.001, 'accuracy 1.001 is above 1'],
    ['bleu', 100, null],
    ['bleu', 100.5, 'bleu 100.5 is above 100'],
    ['perplexity', 1, null],
    ['perplexity', 180, null],
    ['perplexity', 0.9, 'perplexity 0.9 is below 1'],
    ['likelihood', -33.1, null],
    ['likelihood', 1e9, null],
  ])('of %s %d is %s', (metric, value, problem) => {
    expect(boundsProblem(metric, value)).toBe(problem);
  });
});

describe('in words', () => {
  it.each<[string, number, string]>([
    ['accuracy', 0.93594, '93.59 %'],
    ['bleu', 34.117, '34.12'],
    ['likelihood', -33.1, '-33.10 nats'],
    ['likelihood', -0.001, '-0.0010 nats'],
    ['likelihood', 0.00037, '0.00037 nats'],
    ['likelihood', 0, '0.00 nats'],
    ['accuracy', 0.00001, '0.00 %'],
    ['perplexity', 180.25, '180.25'],
    ['valid_loss', 2.345, '2.35 nats'],
  ])('a value of %s, %d, is %s', (metric, value, text) => {
    expect(valueText(metric, value)).toBe(text);
    expect(shownNumber(metric, value)).toBe(text.split(' ')[0]);
  });

  it.each<[string, number, string]>([
    ['accuracy', 0.021, '+2.10 points'],
    ['accuracy', -0.1, '-10.00 points'],
    ['accuracy', -0.00001, '+0.00 points'],
    ['bleu', -1.234, '-1.23 points'],
    ['likelihood', -0.4, '-0.40 nats'],
    ['perplexity', 12.5, '+12.50'],
  ])('a change of %s, %d, is %s', (metric, difference, text) => {
    expect(changeText(metric, difference)).toBe(text);
    expect(changeNumber(metric, difference)).toBe(text.split(' ')[0]);
    expect(changeUnit(metric)).toBe(text.split(' ')[1] ?? '');
  });

  it('is multiplied to hundredths of the full score, where there is one', () => {
    expect(['accuracy', 'bleu', 'likelihood', 'perplexity'].map(shownScale)).toEqual([100, 1, 1, 1]);
  });
});
