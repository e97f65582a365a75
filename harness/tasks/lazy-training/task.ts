import { setImmediate as nextTurn } from 'node:timers/promises';
import { plainDefinition } from '../../definition/plain-definition.ts';
import { trainingDefinition } from '../../definition/training-definition.ts';
import type { CurvePoint, ExactCheck } from '../../record.ts';
import type { AdamFitSpec, GradientDescentSpec, LazyTrainingConfig } from '../../spec/lazy-training.ts';
import { finiteOrNull } from '../../train/curve.ts';
import { type TrainingOutcome, trainLoop } from '../../train/loop.ts';
import { evaluationStep } from '../../train/step.ts';
import type { Conclusion, Task, TaskOptions, TrainOptions } from '../task.ts';
import { boundCheck, closedFormChecks, descentCheck, riskOf, sampledCheck } from './checks.ts';
import { descent } from './descent.ts';
import { factsOf } from './facts.ts';
import { adamTraining, networkOf } from './minibatch.ts';
import { detailsOf, type Problem, problemOf, sampledRiskOf, withBestOffset } from './problem.ts';
import type { Fitted } from './sampled.ts';

type Streams = TaskOptions['streams'];

/**
 * Lazy training (Ghorbani et al. 2019): a network of one regime, fitted to a target, and its exact risk beside the least
 * one that the regime can have.
 */
export async function lazyTrainingTask(config: LazyTrainingConfig, { streams }: TaskOptions): Promise<Task> {
  const problem = problemOf(config, streams);
  const { fit } = config;
  switch (fit.name) {
    case 'closed-form':
      return closedFormTask(problem, config, streams);
    case 'gradient-descent':
      return descentTask(problem, config, fit, streams);
    case 'adam':
      return adamTask(problem, config, fit, streams);
  }
}

/** What cells without an engine's variables have: their weights are float64. */
const computed = { size: null, data: null, phases: [], warnings: [], state: [], variables: [] } as const;

function closedFormTask(problem: Problem, config: LazyTrainingConfig, streams: Streams): Task {
  const { best, regime, target, optimum } = problem;
  return {
    ...computed,
    phases: [],
    train: async () => ({ curve: [], diverged: false }),
    conclude: async () =>
      concluded(best, closedFormChecks(best, regime, target, optimum), { problem, config, streams, examples: 0 }),
    definition: async () => plainDefinition({ state: [], facts: factsOf(problem, config, streams) }),
  };
}

/** Points of a descent's curve. */
const points = 50;

function descentTask(
  problem: Problem,
  config: LazyTrainingConfig,
  settings: GradientDescentSpec,
  streams: Streams,
): Task {
  const { regime, optimum } = problem;
  let fitted: Fitted | null = null;
  return {
    ...computed,
    phases: [],
    async train(run) {
      const { theta, outcome } = await descended(problem, settings, run);
      fitted = withBestOffset(theta, regime);
      return outcome;
    },
    async conclude({ diverged }) {
      if (fitted === null) throw new Error('lazy training: concluded before it was trained');
      const checks = diverged ? [] : [descentCheck(riskOf(fitted, regime, problem.target), regime.name, optimum)];
      return concluded(fitted, checks, { problem, config, streams, examples: 0 });
    },
    definition: async () =>
      plainDefinition({
        state: [],
        phases: [{ label: 'descent', steps: settings.steps }],
        rates: `${settings.learningRate}*${settings.steps}`,
        facts: factsOf(problem, config, streams),
      }),
  };
}

/** Runs a descent to its end. Nothing of it is kept on the way: it takes seconds, and comes to the same bits again. */
async function descended(
  { regime, target }: Problem,
  settings: GradientDescentSpec,
  { onProgress }: TrainOptions,
): Promise<{ theta: Fitted['theta']; outcome: TrainingOutcome }> {
  const { steps } = settings;
  const every = Math.ceil(steps / points);
  const curve: CurvePoint[] = [];
  let [theta, done, started] = [regime.start, 0, performance.now()];
  let last: CurvePoint | null = null;
  for (const { theta: now, risk, gradientNorm } of descent(regime, target, settings)) {
    theta = now;
    if (done > 0) {
      const values = { relative_risk: finiteOrNull(risk), gradient_norm: finiteOrNull(gradientNorm) };
      last = { at: done, seconds: (performance.now() - started) / 1000, values };
      if (done % every === 0) {
        curve.push(last);
        [last, started] = [null, performance.now()];
        onProgress({ phase: 'train', epoch: 0, step: done, steps, loss: values.relative_risk });
        // Lets messages and signals of the parent process through.
        await nextTurn();
      }
      if (values.relative_risk === null) return { theta, outcome: { curve, diverged: true } };
    }
    done++;
  }
  return { theta, outcome: { curve: last === null ? curve : [...curve, last], diverged: false } };
}

function adamTask(problem: Problem, config: LazyTrainingConfig, settings: AdamFitSpec, streams: Streams): Task {
  const { regime, target, features, optimum } = problem;
  const network = networkOf(regime, features);
  const { step } = network;
  const evaluation = evaluationStep(network.variables, network.loss);
  const loop = adamTraining(network, regime, target, settings, streams);
  const { steps, batchSize } = settings;
  const state = step.variables;
  return {
    ...computed,
    phases: [],
    state,
    variables: network.variables,
    train: (run) => trainLoop({ ...loop, ...run }),
    async conclude({ diverged }) {
      const fitted = { theta: network.theta(), offset: network.offset() };
      const checks = diverged ? [] : [boundCheck(riskOf(fitted, regime, target), optimum)];
      return concluded(fitted, checks, { problem, config, streams, examples: steps * batchSize });
    },
    definition: () =>
      trainingDefinition({
        loop,
        labels: ['adam'],
        hooks: {},
        state,
        data: '',
        // What is tested is computed in float64, beside the engine.
        evaluated: { step: evaluation, on: {}, feedsOf: loop.feedsOf },
        facts: factsOf(problem, config, streams),
      }),
    dispose() {
      step.dispose();
      evaluation.dispose();
    },
  };
}

interface Concluding {
  problem: Problem;
  config: LazyTrainingConfig;
  streams: Streams;
  examples: number;
}

/** What is told of a fitted network; of one that has diverged, no measures. */
function concluded(
  fitted: Fitted,
  checks: readonly ExactCheck[],
  { problem, config, streams, examples }: Concluding,
): Conclusion {
  const risk = riskOf(fitted, problem.regime, problem.target);
  const sampled = sampledRiskOf(fitted, problem, config, streams);
  const measureOf = (metric: string, value: number) => ({ metric, value: finiteOrNull(value), best: null });
  return {
    measures: [measureOf('relative_risk', risk), measureOf('sampled_risk', sampled.risk)],
    checks: Number.isFinite(risk) ? [...checks, sampledCheck(risk, sampled)] : [...checks],
    details: detailsOf(problem, config, sampled),
    examples,
  };
}
