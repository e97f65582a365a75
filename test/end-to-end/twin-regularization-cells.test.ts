import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { type FinishedRecord, passes } from '../../harness/record.ts';
import type { TwinDetails } from '../../harness/spec/twin-regularization.ts';
import { writeText } from '../data/text/text-files.ts';
import { tinyTwinCells, tinyTwinSuite } from '../helpers/twin-cells.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { cellNamed, plainContext } from './tiny-cells.ts';

const context = { ...plainContext, resultOnly: true };
const cells = tinyTwinCells();
const separate = cellNamed('separate-twin', cells);
const run = (name: string) => runCell(cellNamed(name, cells), context);

let record: FinishedRecord;
beforeAll(async () => {
  record = await runCell(separate, context);
});
const detailsOf = ({ details }: FinishedRecord) => details as NonNullable<TwinDetails>;
const measureOf = ({ measures }: FinishedRecord, name: string) => measures.find(({ metric }) => metric === name)?.value;

describe('a cell with a twin', () => {
  it('has errors of frames and phones', () => {
    expect(record.status).toBe('completed');
    expect(record.measures.map(({ metric }) => metric)).toEqual(['frame_error', 'phone_error']);
    const { phones, substitutions, insertions, deletions } = detailsOf(record);
    expect(measureOf(record, 'phone_error')).toBeCloseTo((substitutions + insertions + deletions) / phones, 12);
    // Whole numbers of the 42 frames of the test.
    const wrong = measureOf(record, 'frame_error')! * 42;
    expect(wrong).toBeCloseTo(Math.round(wrong), 9);
  });

  it('ends with the weights of the update whose validation frames are told best, and tells the last ones too', () => {
    const errors = record.curve.map(({ at, values }) => [at, values.validation_frame_error!] as const);
    expect(errors.map(([at]) => at)).toEqual([2, 4, 5]);
    const least = Math.min(...errors.map(([, error]) => error));
    const { chosen_update, validation, last } = detailsOf(record);
    expect(chosen_update).toBe(errors.find(([, error]) => error === least)![0]);
    expect(validation.frame_error).toBe(least);
    if (chosen_update === 5) expect(last.frame_error).toBe(measureOf(record, 'frame_error'));
  });

  it('leaves no more than the unidirectional network, by checks that pass', async () => {
    const alone = await run('unidirectional.default.none.minimal-gru');
    expect([record.parameters, record.macs, record.ratio]).toEqual([alone.parameters, alone.macs, 1]);
    expect(detailsOf(record).trained_parameters).toBe(2 * alone.parameters!);
    expect(record.checks.map(({ name }) => name)).toEqual([
      'outputs when future frames change: largest difference',
      'multiply-accumulates a frame at test: of the unidirectional network',
      'parameters at test: of the unidirectional network',
    ]);
    expect(record.checks.filter((check) => !passes(check))).toEqual([]);
  });

  it('goes on from a checkpoint to the same result', async () => {
    const checkpointDir = await temporaryFolder();
    const stop = new Error('stopped');
    const onProgress = ({ epoch, phase }: { epoch: number; phase: string }) => {
      if (epoch === 2 && phase === 'train') throw stop;
    };
    await expect(runCell(separate, { ...context, checkpointDir, onProgress })).rejects.toBe(stop);
    const resumed = await runCell(separate, { ...context, checkpointDir });
    expect(resumed).toMatchObject({ resumed_points: 1, result_digest: record.result_digest });
    expect(resumed.details).toEqual(record.details);
  });
});

it('is the unidirectional network, to the bit, where the twin’s λ is 0, and another one where it is not', async () => {
  const [alone, without, shared] = [
    await run('unidirectional.default.none.minimal-gru'),
    await run('shared-twin-0.default.none'),
    await run('shared-twin-0.6.default.none.minimal-gru'),
  ];
  expect(without.weights_digest).toBe(alone.weights_digest);
  expect(without.measures).toEqual(alone.measures);
  expect(shared.weights_digest).not.toBe(alone.weights_digest);
  expect(shared.initial_weights_digest).toBe(alone.initial_weights_digest);
});

it.each(['look-ahead', 'bidirectional', 'twin-networks', 'frobenius-decay', 'light-gru', 'none.gru-1x8'])(
  'completes and passes its checks: %s',
  async (name) => {
    const other = await run(name);
    expect(other.status).toBe('completed');
    expect(other.checks).toHaveLength(name === 'bidirectional' ? 2 : 3);
    expect(other.checks.filter((check) => !passes(check))).toEqual([]);
  },
);

it('has a factorized network of half the parameters, whose test multiplies as often as its ranks say', async () => {
  const half = await run('unidirectional-0.5.spectral.frobenius-decay');
  expect(half.ratio).toBeCloseTo(0.5, 1);
  expect(half.ratio).toBe(half.parameters! / (await run('unidirectional.default.none.minimal-gru')).parameters!);
});

it('reads a folder of archives, pieces of utterances of different lengths among them', async () => {
  const featuresOf = (frames: number) =>
    Array.from({ length: frames }, (_, t) => `  ${t % 3} ${(t * 7) % 5}`).join('\n');
  const utterances = { one: 5, two: 12, three: 8 };
  const feats = Object.entries(utterances).map(([name, frames]) => `${name}  [\n${featuresOf(frames)} ]\n`);
  const labels = Object.entries(utterances).map(
    ([name, frames]) => `${name} ${Array.from({ length: frames }, (_, t) => t % 3).join(' ')}\n`,
  );
  const files = ['train', 'valid', 'test'].flatMap((part) => [
    [`${part}.feats.txt`, feats.join('')],
    [`${part}.labels.txt`, labels.join('')],
  ]);
  const dataDir = await writeText(join(await temporaryFolder(), 'kaldi'), Object.fromEntries(files));
  const suite = tinyTwinSuite();
  const [experiment] = suite.profiles.smoke!.experiments;
  experiment!.dataset = { name: 'kaldi', frames: 7, blank: 0 };
  const own = planCells(suite, 'smoke', { present: ['kaldi'] });
  for (const name of ['shared-twin-0.6.default.none.minimal-gru', 'bidirectional']) {
    const found = await runCell(cellNamed(name, own), { ...context, dataDir });
    expect(found).toMatchObject({ status: 'completed', data_source: 'files', train_examples: 25, test_examples: 25 });
    expect(found.checks.filter((check) => !passes(check))).toEqual([]);
  }
});
