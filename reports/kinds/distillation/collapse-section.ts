import { armLabelOf } from '../../../harness/cell-name.ts';
import type { CompletedRecord } from '../../../harness/record.ts';
import type { Collapse, DistillationDetails, Inference } from '../../../harness/spec/distillation.ts';
import { mean } from '../../../harness/statistics/moments.ts';
import { byPlace, denseArms } from '../../arms/arm-groups.ts';
import { type ArmSummary, measureOf } from '../../arms/arm-summary.ts';
import { resultText } from '../../arms/arm-text.ts';
import type { Block, Column, Section } from '../../render/document.ts';
import { table, text } from '../../render/document.ts';
import { notMeasured, orDash, significant, whole } from '../../render/format.ts';
import { spreadText } from '../../render/metric-text.ts';

/** What collapsing factors leaves: the dense network, with the answers of the trained one; no section without any. */
export function collapseSection(arms: readonly ArmSummary[]): Section | null {
  const collapsing = arms.filter((arm) => collapsesOf(arm).length > 0);
  if (collapsing.length === 0) return null;
  const blocks = [...byPlace(collapsing)].flatMap(([place, members]): Block[] => {
    const [dense] = denseArms(arms.filter((arm) => byPlace([arm]).has(place)));
    return [text(`${place}:`), table(members, columnsFor(dense)), text(denseText(dense))];
  });
  return { heading: 'Collapsed for inference', blocks: [text(legend), ...blocks] };
}

const legend =
  'Each factorized convolution as one dense convolution with the product of its factors. Both networks are asked about ' +
  'every test image: logits differ by the largest difference of an image over its largest logit, and predictions are ' +
  'images with another most likely class; the largest of all seeds. Parameters, MACs of an image (what is composed is ' +
  'shared by a batch), images a second and MiB of intermediate tensors: as trained → collapsed, means over seeds. Same ' +
  'program: whether the recorded evaluation has the operations and shapes of the dense cells’ own, so that speed and ' +
  'memory are the dense network’s but for the noise of measuring.';

/** The collapses of an arm's completed seeds. Records have been checked by the schema of their kind's words. */
function collapsesOf({ completed }: ArmSummary): Collapse[] {
  return completed.flatMap(({ details }) => (details as DistillationDetails)?.collapse ?? []);
}

function columnsFor(dense: ArmSummary | undefined): Column<ArmSummary>[] {
  const numeric = true;
  const change = (of: (inference: Inference) => number, format: (value: number) => string) => (arm: ArmSummary) => {
    const collapses = collapsesOf(arm);
    const means = (['before', 'after'] as const).map((when) => mean(collapses.map((collapse) => of(collapse[when]))));
    return means.map((value) => orDash(value, format)).join(' → ');
  };
  const largest = (of: (collapse: Collapse) => number | null) => (arm: ArmSummary) => {
    const all = collapsesOf(arm).map(of);
    return all.includes(null) ? notMeasured : significant(Math.max(...all.map((value) => value!)));
  };
  return [
    { name: 'arm', cell: (arm) => armLabelOf(arm) },
    { name: 'accuracy', cell: (arm) => resultText(arm), numeric },
    {
      name: 'collapsed',
      cell: (arm) => spreadText('collapsed_accuracy', measureOf(arm, 'collapsed_accuracy')),
      numeric,
    },
    { name: 'logits differ', cell: largest((collapse) => collapse.largest_relative_difference), numeric },
    { name: 'predictions', cell: largest((collapse) => collapse.differing_predictions), numeric },
    { name: 'parameters', cell: change(({ parameters }) => parameters, whole), numeric },
    { name: 'MACs', cell: change(({ macs }) => macs, significant), numeric },
    { name: 'images/s', cell: change((inference) => inference.examples_per_second, significant), numeric },
    { name: 'MiB', cell: change((inference) => inference.tensor_peak_bytes / 2 ** 20, significant), numeric },
    { name: 'same program', cell: (arm) => sameProgram(arm, dense) },
  ];
}

function sameProgram(arm: ArmSummary, dense: ArmSummary | undefined): string {
  const own = new Set(collapsesOf(arm).map(({ after }) => after.graph));
  const theirs = new Set((dense?.completed ?? []).flatMap(evaluationsOf));
  if (theirs.size === 0) return notMeasured;
  return [...own].every((graph) => theirs.has(graph)) ? 'yes' : 'no';
}

/** Digests of the recorded evaluations of a cell. */
function evaluationsOf({ definition }: CompletedRecord): string[] {
  return (definition?.graphs ?? []).filter(({ of }) => of === 'evaluation').map(({ digest }) => digest);
}

function denseText(dense: ArmSummary | undefined): string {
  if (dense === undefined) return 'No dense cell is in this run.';
  const { parameters, macs, eval_examples_per_second: speed } = dense.means;
  return (
    `The dense network itself: ${orDash(parameters, whole)} parameters, ${orDash(macs, significant)} MACs, ` +
    `${orDash(speed, significant)} images/s.`
  );
}
