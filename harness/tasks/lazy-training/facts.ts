import { createHash } from 'node:crypto';
import { shortNumber } from '../../definition/first-steps.ts';
import { bytesOf } from '../../definition/trace.ts';
import type { Streams } from '../../random.ts';
import { firstStepCount } from '../../spec/definition.ts';
import type { LazyTrainingConfig } from '../../spec/lazy-training.ts';
import { riskOf } from './checks.ts';
import { descent } from './descent.ts';
import { drawExamples } from './draws.ts';
import { type Problem, sampledRiskOf } from './problem.ts';

/**
 * What a definition tells of a cell beside a training: its draws, the least risk by the formula and by the network that has
 * it, the first risks of a descent. All in float64 by the project's own arithmetic: the same on every processor.
 */
export function factsOf(problem: Problem, config: LazyTrainingConfig, streams: Streams): Record<string, string> {
  const { target, features, regime, best, optimum } = problem;
  const { x, y } = drawExamples(target, 1, streams('sampled risk'));
  const few = { ...config, sampledExamples: 100 };
  return {
    target: digestOf(target.diagonal),
    features: digestOf(features.data),
    'first fresh example': `${digestOf(x)} ${shortNumber(y[0]!)}`,
    'risk of the best constant': shortNumber(target.constantRisk),
    'least risk': shortNumber(optimum),
    'risk of the best network': rounded(riskOf(best, regime, target)),
    'its risk on 100 fresh examples': rounded(sampledRiskOf(best, problem, few, streams).risk),
    ...(config.fit.name === 'gradient-descent' ? { 'first risks': firstRisks(problem, config.fit) } : {}),
  };
}

/** Risks that vanish are told to their twelfth digit behind the point: further ones are rounding. */
function rounded(risk: number): string {
  return shortNumber(Math.round(risk * 1e12) / 1e12);
}

function firstRisks({ regime, target }: Problem, settings: Parameters<typeof descent>[2]): string {
  const steps = Math.min(settings.steps, firstStepCount);
  return Array.from(descent(regime, target, { ...settings, steps }), ({ risk }) => shortNumber(risk)).join(' ');
}

function digestOf(values: Float32Array | Float64Array): string {
  return createHash('sha256').update(bytesOf(values)).digest('hex').slice(0, 16);
}
