import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import { MethodFileError } from '../../harness/errors.ts';
import { loadMethodFile } from '../../harness/method-file.ts';
import { errorOf, recordSchema } from '../../harness/record.ts';
import { runPool } from '../../harness/run/pool.ts';
import { storeAt } from '../../harness/run/records/store.ts';
import { altered, bottleneck, methodFile, steepest } from '../helpers/method-files.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { plainContext as context, finishedOf, joinedCells } from './tiny-cells.ts';

async function cellOf(text: string) {
  const path = await methodFile(text);
  const loaded = await loadMethodFile(path);
  const cells = joinedCells(loaded);
  return { path, loaded, cells, cell: cells[0]! };
}

it.each([
  ['layer', bottleneck, 0.25],
  ['sparse', steepest, 0.25],
])('a cell of a %s method from a file makes a whole record, which names the file', async (kind, text, budget) => {
  const { path, loaded, cell } = await cellOf(text);
  expect(loaded.method.kind).toBe(kind);
  const record = await runCell(cell, context);
  expect(recordSchema.parse(record)).toEqual(record);
  expect(record).toMatchObject({ status: 'completed', origin: path, warnings: [] });
  expect(record.config.methodDigest).toBe(createHash('sha256').update(text).digest('hex'));
  expect(record.nonzero_parameters! / 5006).toBe(record.ratio);
  expect(Math.abs(record.ratio! - budget)).toBeLessThan(0.05);
  expect(record.train_loss).toBeLessThan(3);
  expect((await runCell(cell, context)).weights_digest).toBe(record.weights_digest);
});

it('the manual’s example takes at most 30 lines', () => {
  expect(bottleneck.trimEnd().split('\n').length).toBeLessThanOrEqual(30);
});

const ownMagnitude = `
export const method = ({ fineTuning, highest, magnitudes }) => ({
  kind: 'sparse',
  name: 'own-magnitude',
  phases: (training) => [{ label: 'dense', training }, { label: 'fine-tune', training: fineTuning(training) }],
  start: (context) => ({
    variables: [],
    beforePhase(phase) {
      if (phase === 1) context.setMasks(highest(context.values().map(magnitudes), context.keep));
    },
  }),
});
`;

const ownLowRank = `
export default ({ lowRank: { kind, parameters, macs, build } }) => ({ kind, name: 'own-low-rank', parameters, macs, build });
`;

it.each([
  ['magnitude', ownMagnitude],
  ['low-rank', ownLowRank],
])('a method from a file ends with the very weights of the same method of the registry, %s', async (name, text) => {
  const { cells } = await cellOf(text);
  const cell = cells.at(-1)!;
  const { methodDigest: _digest, ...config } = cell.config;
  const { origin: _origin, ...plain } = cell;
  const known = await runCell(
    {
      ...plain,
      factors: [{ name: 'method', value: name }, ...cell.factors.slice(1)],
      config: { ...config, method: name },
    },
    context,
  );
  const own = await runCell(cell, context);
  expect(own.weights_digest).toBe(known.weights_digest);
  for (const field of ['parameters', 'nonzero_parameters', 'macs', 'measures', 'training_macs', 'ratio'] as const)
    expect(own[field], field).toEqual(known[field]);
});

it('refuses to train with another content than it was planned with', async () => {
  const { path, cell } = await cellOf(steepest);
  await writeFile(path, `${steepest}// changed\n`);
  await expect(runCell(cell, context)).rejects.toThrow(MethodFileError);
  await expect(runCell(cell, context)).rejects.toThrow(`${path}: has changed since the cell was planned`);
});

const leak = 'tf.keep(tf.scalar(1));';

it.each([
  [
    'build throws',
    bottleneck,
    'const rank = rankOf(shape, scale);',
    'const rank = shape.no.such;',
    /build\(.*conv\): TypeError: .*\(line 14\)/,
  ],
  ['build leaks', bottleneck, 'const rank = rankOf', `${leak} const rank = rankOf`, /build\(.*conv\): leaves 1 tensor/],
  [
    'a layer lacks a part',
    bottleneck,
    'matrix: () =>',
    'matrices: () =>',
    /build\(.*conv\): matrix: expected a function.*"matrices"/,
  ],
  [
    'a filter has too few outputs',
    bottleneck,
    '[1, 1, rank, outChannels])',
    '[1, 1, outChannels, rank])',
    /apply of .*conv: /,
  ],
  [
    'apply returns another shape',
    bottleneck,
    'stride: [1, 1] }),',
    'stride: [2, 2] }),',
    /apply of .*conv: a batch of two comes out as float32 \[2,16,16,4\], the dense layer's as float32 \[2,32,32,4\]/,
  ],
  [
    'apply leaks',
    bottleneck,
    'apply: (x) => conv2d',
    `apply: (x) => ${leak.replace(';', '')} && conv2d`,
    /apply of .*conv: it leaks 1 tensor\(s\)/,
  ],
  [
    'its two ways to evaluate differ',
    bottleneck,
    'matrix: () =>',
    'applyMapped(x, { scale }) { return tf.mul(this.apply(x), scale); }, matrix: () =>',
    /applyMapped of .*conv: it differs by \d\S* from scale·apply\(x\) \+ offset/,
  ],
  [
    'W has another shape',
    bottleneck,
    'filterMatrix(tf.reshape(product(), [...kernel, inChannels, outChannels]))',
    'product()',
    /matrix of .*conv: W comes out as float32 \[36,4\], the dense layer's as float32 \[12,12\]/,
  ],
  [
    'parameters are counted wrongly',
    bottleneck,
    'variables: [d, u]',
    'variables: [d]',
    /build\(.*conv\): leaves 1 tensor/,
  ],
  [
    'a variable is not counted',
    bottleneck,
    'parameters = (shape, scale) => rankOf(shape, scale) * (inputsOf(shape) + shape.outChannels)',
    'parameters = (shape, scale) => rankOf(shape, scale) * inputsOf(shape)',
    /makes \d+ parameters, but parameters\(\) counts \d+/,
  ],
  [
    'a variable has a name of its own',
    bottleneck,
    ".up`, 'factor', up",
    ".up`.slice(-2), 'factor', up",
    /names a variable 'up'; begin it with '.*conv\.'/,
  ],
  ['a variable has an unknown role', bottleneck, "`, 'factor', up", "`, 'weights', up", /unknown role 'weights'/],
  [
    'a variable takes no part',
    bottleneck,
    ', u.value, { stride: [1, 1] })',
    ', tf.zeros([1, 1, rank, outChannels]), { stride: [1, 1] })',
    /method bottleneck: /,
  ],
  ['start throws', steepest, 'variables: []', 'variables: context.no.such', /start: TypeError: .*\(line 7\)/],
  ['start returns no hook', steepest, 'beforePhase()', 'before()', /start: beforePhase: expected a function/],
  [
    'beforePhase throws',
    steepest,
    'context.keep));',
    'context.keep + 1e9));',
    /beforePhase\(0\): selection: asked for/,
  ],
  [
    'the masks keep too few',
    steepest,
    'context.keep));',
    'context.keep - 1));',
    /method steepest: .*keeps 1121 weights instead of 1122/,
  ],
])('a cell fails with the file named where %s', async (_, text, part, replacement, message) => {
  const { path, cell } = await cellOf(altered(text, part, replacement));
  const error = await runCell(cell, context).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(MethodFileError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message.startsWith(`${path}: `)).toBe(true);
});

it.each([
  ['beforePhase', 'beforePhase() {', `beforePhase() { ${leak}`, /beforePhase\(0\): 1 tensor\(s\) leaked/],
  [
    'an asynchronous beforePhase',
    'beforePhase() {',
    `async beforePhase() { await null; ${leak}`,
    /beforePhase\(0\): 1 tensor/,
  ],
  [
    'start',
    'start: (context) => ({',
    `start: (context) => ${leak.replace(';', '')} && ({`,
    /start: 1 tensor\(s\) leaked/,
  ],
  [
    'afterStep',
    'beforePhase() {',
    `afterStep() { ${leak} }, beforePhase() {`,
    /method steepest: after step leaks 1 tensor/,
  ],
])('a cell fails with the file named where %s leaks a tensor', async (_, part, replacement, message) => {
  const text = altered(steepest, '({ highest', '({ tf, highest');
  const { path, cell } = await cellOf(altered(text, part, replacement));
  await expect(runCell(cell, context)).rejects.toThrow(message);
  await expect(runCell(cell, context)).rejects.toThrow(path);
});

it('a hook after steps that is asynchronous is refused', async () => {
  const { cell } = await cellOf(altered(steepest, 'beforePhase() {', 'async afterStep() {}, beforePhase() {'));
  await expect(runCell(cell, context)).rejects.toThrow('afterStep: returns a promise');
});

/** The compiled worker, as users run it; the set-up before the tests made it. */
const workerPath = fileURLToPath(new URL('../../build/harness/run/worker.js', import.meta.url));

it('in workers, a cell of a file that breaks fails alone: its record names the file and the line', async () => {
  const broken = await cellOf(altered(steepest, 'variables: []', 'variables: context.no.such'));
  const sound = await cellOf(bottleneck);
  const records = await runPool([broken.cell, sound.cell], {
    workerPath,
    store: storeAt(await temporaryFolder()),
    dataFolders: {},
    device: 'cpu',
    arithmetic: 'native',
    threads: 1,
    jobs: 1,
    killAfterMs: 1000,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onRecord: () => undefined,
  });
  const byMethod = new Map(records.map((record) => [record.config.method, record]));
  expect(byMethod.get('steepest')).toMatchObject({ status: 'failed', origin: broken.path });
  const [first] = errorOf(byMethod.get('steepest')!)!.split('\n');
  expect(first).toBe(`${broken.path}: start: TypeError: Cannot read properties of undefined (reading 'such') (line 7)`);
  expect(byMethod.get('bottleneck')).toMatchObject({ status: 'completed', origin: sound.path, warnings: [] });
  const here = await runCell(sound.cell, context);
  expect(finishedOf(byMethod.get('bottleneck')).weights_digest).toBe(here.weights_digest);
});
