import { counted, shownNumber } from '../../../baselines/wording.ts';
import { metricOf } from '../../../harness/spec/metrics.ts';
import { mean } from '../../../harness/statistics/moments.ts';
import { differencesOf, gainsOf } from '../../arms/arm-summary.ts';
import { resultText } from '../../arms/arm-text.ts';
import { type Column, list, type Section, table, text } from '../../render/document.ts';
import { notMeasured, orDash, pValue } from '../../render/format.ts';
import { gainInterval, gainNumber, gainText } from '../../render/metric-text.ts';
import { type Equivalence, equivalencesOf, equivalenceVerdicts } from './equivalence.ts';
import { type NormSetting, settingName, type Treatment } from './settings.ts';

/** Whether the norms alone do what Frobenius decay does; none without both arms. */
export function equivalenceSection(settings: readonly NormSetting[]): Section | null {
  const found = equivalencesOf(settings);
  const [first] = found;
  const metric = first?.setting.arms.frob?.metric;
  if (metric === undefined) return null;
  const readings = found.filter(({ n }) => n > 1).map((one) => readingOf(metric, one));
  return {
    heading: 'Whether norms alone do what Frobenius decay does',
    blocks: [
      text(overall(found)),
      ...(readings.length === 0 ? [] : [list(readings)]),
      table(found, columnsFor(metric)),
      text(legendFor(metric)),
    ],
  };
}

function overall(found: readonly Equivalence[]): string {
  const repeated = found.filter(({ n }) => n > 1);
  const counts = equivalenceVerdicts.map(
    (name) => `${name} in ${repeated.filter((one) => one.verdict === name).length}`,
  );
  const once = found.length - repeated.length;
  const outcome =
    repeated.length === 0
      ? ' No setting has several seeds in both arms: nothing is tested.'
      : ` Of ${counted(repeated.length, 'setting')} of several seeds they are ${counts.slice(0, -1).join(', ')}, and ` +
        `${counts.at(-1)}, at the scale of this run.`;
  const rest =
    once === 0 || repeated.length === 0
      ? ''
      : ` ${counted(once, 'further setting')} cannot be tested, for lack of seeds.`;
  return (
    'The claim: under batch normalization, decay acts through the norm of each product, and so through the effective ' +
    'learning rate η/‖UVᵀ‖²_F; networks whose factors do not decay, but are scaled after every step to the norms ' +
    'that Frobenius decay gave (norm), are as good as those with it (frob) (Khodak et al. 2021, section ' +
    `3.2).${outcome}${rest}`
  );
}

/**
 * `resnet-8 on cifar-10, spectral, η 0.025, λ 0.001: equivalent: norm - frob +0.20 points ... Frob - none +1.10
 * points.`
 */
function readingOf(metric: string, { setting, verdict, difference, n, margin, ...tested }: Equivalence): string {
  const { test, power, seedsWanted } = tested;
  const where = `${setting.place}, ${settingName(setting)}: ${verdict}`;
  const effect = orDash(difference, (gain) => gainText(metric, gain));
  const seeds = counted(n, 'seed');
  const bounds = `margin ${shownNumber(metric, margin)}`;
  const toReproduce = effectOf(metric, setting);
  if (test === null || power === null) {
    const untested = 'nothing spreads over them, so no test is possible';
    return `${where}. Norm - frob ${effect} at ${seeds}, ${bounds}; ${untested}.${toReproduce}`;
  }
  const wanted = seedsWanted === null ? 'more than a thousand seeds' : counted(seedsWanted, 'seed');
  return (
    `${where}. Norm - frob ${effect} ${gainInterval(metric, test.interval)} (90 % interval) at ${seeds}, ` +
    `${bounds}; such ` +
    `seeds find two equal arms equivalent with a chance of ${Math.round(100 * power)} %, ${wanted} with 80 %.${toReproduce}`
  );
}

/** What there is to reproduce: where decay changes nothing, neither do its norms. */
function effectOf(metric: string, { arms: { none, frob } }: NormSetting): string {
  const gain = frob && none ? mean(differencesOf(gainsOf(frob), gainsOf(none))) : null;
  return gain === null ? '' : ` Frob - none, which norm is to reproduce: ${gainText(metric, gain)}.`;
}

function columnsFor(metric: string): Column<Equivalence>[] {
  const result = (treatment: Treatment): Column<Equivalence> => ({
    name: treatment,
    cell: ({ setting }) => {
      const arm = setting.arms[treatment];
      return arm === undefined ? notMeasured : resultText(arm);
    },
    numeric: true,
  });
  return [
    { name: 'setting', cell: ({ setting }) => setting.place },
    { name: 'init', cell: ({ setting }) => setting.config.init },
    { name: 'η', cell: ({ setting }) => String(setting.config.training.learningRate), numeric: true },
    { name: 'λ', cell: ({ setting }) => String(setting.config.training.decay), numeric: true },
    result('none'),
    result('frob'),
    result('norm'),
    { name: 'norm - frob', cell: ({ difference, sd }) => gainNumber(metric, difference, sd), numeric: true },
    {
      name: '90 % interval',
      cell: ({ test }) => orDash(test && gainInterval(metric, test.interval), String),
      numeric: true,
    },
    { name: 'n', cell: ({ n }) => String(n), numeric: true },
    { name: 'p of a difference of the margin', cell: ({ test }) => orDash(test?.p, pValue), numeric: true },
    { name: 'adjusted p of none', cell: ({ differenceP }) => orDash(differenceP, pValue), numeric: true },
    { name: 'power', cell: ({ power }) => orDash(power, (value) => value.toFixed(2)), numeric: true },
    { name: 'verdict', cell: ({ verdict }) => verdict },
  ];
}

function legendFor(metric: string): string {
  return (
    'None, frob, norm: regularizers no-factor-decay, frobenius-decay, frobenius-norms; mean ' +
    `${metricOf(metric).title} ± standard deviation over seeds. Equivalent: two one-sided t-tests at 5 % each ` +
    '(Schuirmann 1987) on the differences norm - frob paired over seeds say that they are smaller than the ' +
    'margin, which the suite states and no result has moved; the 90 % interval then lies within it. Different: a ' +
    'difference of none has an adjusted p of at most 0.05 (Holm, over the table), and they are not equivalent. ' +
    'The differences’ variance is moderated over the settings of a model and data set (Smyth 2004), never below ' +
    'a setting’s own. A seed that diverged in one arm and completed in the other forbids equivalent. Power: the chance to be called equivalent where the true difference is zero, at this ' +
    'spread. That all settings are equivalent needs no correction: each has to be. Where frob is not told ' +
    'from none, there is little to reproduce.'
  );
}
