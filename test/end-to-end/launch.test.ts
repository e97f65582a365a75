import { beforeAll, describe, expect, test } from 'vitest';
import { acceptRecords } from '../../baselines/accept.ts';
import { checkRecords } from '../../baselines/check.ts';
import { judgeLaunches } from '../../baselines/speed/judge-launches.ts';
import { runCell } from '../../harness/cell.ts';
import { idOf } from '../../harness/cell-id.ts';
import { launchOf, measuresLaunches } from '../../harness/cell-launch.ts';
import { type NodeBackend, nodeBackend, tf } from '../../harness/engine/tensorflow.ts';
import { makeTask } from '../../harness/make-task.ts';
import { fixedKernel } from '../../harness/measure/fixed-kernel.ts';
import { type LaunchClock, measureLaunch } from '../../harness/measure/launch.ts';
import { type FinishedRecord, recordSchema } from '../../harness/record.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import { sharingLast } from '../../harness/tasks/task.ts';
import { translationCells } from '../helpers/translation-cells.ts';
import { cellNamed, plainContext, tinyCells } from './tiny-cells.ts';

/** Real cells whose resources are measured, and faults put into them: none may pass. */

const smoke = cellNamed('low-rank-0.25.default.none', tinyCells({ epochs: 1 }));
const nightly = { ...smoke, profile: 'nightly' as const };
let record: FinishedRecord;
let again: FinishedRecord;
beforeAll(async () => {
  record = await runAlone(nightly);
  again = await runAlone(nightly);
});

/** A cell as in a process of its own: what earlier ones have left in the engine does not count. */
async function runAlone(cell: PlannedCell, before = tf?.memory().numBytes ?? 0): Promise<FinishedRecord> {
  const ran = await runCell(cell, plainContext);
  return { ...ran, tensor_peak_bytes: ran.tensor_peak_bytes! - before };
}

/** Three seeds with the resources of one. */
const seeds = (of: FinishedRecord) =>
  [0, 1, 2].map((seed) => {
    const config = { ...of.config, seed };
    const cell = of.cell.replace(/seed-\d+$/, `seed-${seed}`);
    return { ...of, cell, seed, config, id: idOf(config) };
  });
const verdictsOn = (now: FinishedRecord, accepted: FinishedRecord) => {
  const { launch: _, ...before } = accepted;
  const baseline = acceptRecords(seeds(before as FinishedRecord), null, { why: 'first', at: '2026-11-23' });
  return checkRecords(seeds(now), baseline, { margin: 0.02 });
};

describe('a launch', () => {
  test('is measured beside the dense network and the kernel, above smoke', async () => {
    expect(recordSchema.parse(record)).toEqual(record);
    const { launch } = record;
    for (const times of [launch!.own, launch!.dense, launch!.kernel]) {
      expect(times.lower).toBeGreaterThan(0);
      expect(times.upper).toBeGreaterThanOrEqual(times.lower);
    }
    expect(launch!.step_user_cpu_ms).toBeGreaterThan(0);
    expect(again.launch!.reference).toBe(launch!.reference);
    expect(['smoke', 'nightly', 'paper'].map((name) => measuresLaunches(name as 'smoke'))).toEqual([false, true, true]);
    const { launch: none, ...rest } = await runAlone(smoke);
    expect(none).toBeUndefined();
    expect(rest.weights_digest).toBe(record.weights_digest);
  });

  test('changes no result: the cell repeats, counts included', () => {
    // A process that runs a second cell holds more than at first.
    const alike = { ...again, rss_peak_bytes: record.rss_peak_bytes };
    expect(verdictsOn(alike, record).map(({ verdict }) => verdict)).toEqual(['reproduced', 'reproduced', 'reproduced']);
  });

  test('has one reference for all arms of a network, and frees what it made', async () => {
    const shared = sharingLast();
    const context = { ...plainContext, shared };
    const references: string[] = [];
    for (const cell of [cellNamed('dense', tinyCells({ epochs: 1 })), translationCells()[0]!]) {
      const { task } = await makeTask(cell, context);
      const once = task.idleStep!();
      once();
      const tensors = tf.memory().numTensors;
      const launch = await launchOf(cell, { task, context, device: 'cpu', gpu: null });
      expect(tf.memory().numTensors).toBe(tensors);
      references.push(launch!.reference);
      task.dispose!();
      for (const variable of task.state) variable.dispose();
    }
    expect(references[0]).toBe(record.launch!.reference);
    expect(references[1]).not.toBe(references[0]);
  });
});

describe('a fault', () => {
  test('a step 20 % slower, where time is counted in runs of graphs and operations', async () => {
    const work = countedWork();
    const still = { clock: null, quota: null };
    const clock: LaunchClock = {
      now: work.done,
      userCpu: work.done,
      involuntarySwitches: () => 0,
      throttled: () => still,
    };
    const { task } = await makeTask(nightly, plainContext);
    const { task: reference } = await makeTask(cellNamed('dense', tinyCells({ epochs: 1 })), plainContext);
    const [own, dense, kernel] = [task.idleStep!(), reference.idleStep!(), fixedKernel()];
    let steps = 0;
    const slower = () => {
      own();
      // One step of five is done twice: of the five of a block one.
      if (steps++ % 5 === 0) own();
    };
    const launchWith = async (step: () => void) =>
      (await measureLaunch({ own: step, dense, kernel: kernel.run }, clock)).x;
    const accepted = [await launchWith(own), await launchWith(own), await launchWith(own)];
    const [judgement] = judgeLaunches([{ accepted, measured: [await launchWith(slower)] }]);
    work.end();
    expect(judgement).toMatchObject({ call: 'slower' });
    expect(judgement!.slower).toBeCloseTo(0.2, 1);
    kernel.dispose();
    for (const { dispose } of [task, reference]) dispose!();
  });

  test('the tensor peak doubled', async () => {
    const before = tf.memory().numBytes;
    const held = tf.zeros([record.tensor_peak_bytes! / 4]);
    const doubled = await runAlone(nightly, before);
    held.dispose();
    const [verdict] = verdictsOn(doubled, record);
    expect(verdict).toMatchObject({ verdict: 'regressed', lane: 'counts', quantity: 'tensor_peak_bytes' });
    expect(verdict!.measured).toBeGreaterThan(1.9 * record.tensor_peak_bytes!);
  });

  test('resident memory doubled', async () => {
    const before = process.resourceUsage().maxRSS * 1024;
    const held = Buffer.alloc(before, 1);
    const doubled = await runAlone(nightly);
    expect(held[0]).toBe(1);
    const [verdict] = verdictsOn(doubled, again);
    expect(verdict).toMatchObject({ verdict: 'regressed', lane: 'memory', quantity: 'rss_peak_bytes' });
  });
});

/** Counts what TensorFlow is asked to run, 12 ms each: five steps are a block. */
function countedWork() {
  const backend = nodeBackend();
  const native = backend.binding;
  let done = 0;
  const counting: Partial<NodeBackend['binding']> = {
    runSavedModel: (...given) => {
      done += 12;
      return native.runSavedModel(...given);
    },
    executeOp: (...given) => {
      done += 12;
      return native.executeOp(...given);
    },
  };
  backend.binding = Object.create(native, Object.getOwnPropertyDescriptors(counting));
  return {
    done: () => done,
    end() {
      backend.binding = native;
    },
  };
}
