import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { baselinesFolder } from '../../../baselines/baseline-file.ts';
import { gaussian, streamsOf } from '../../../harness/random.ts';
import type { TestedArm } from '../../../reports/arms/tested-arm.ts';
import { type ClaimEffect, effectOf } from '../../../reports/claims/claim-effect.ts';
import { type Claim, type ClaimedEffect, readClaims } from '../../../reports/claims/claim-file.ts';
import { adjustPairs, judgeClaims } from '../../../reports/claims/claim-verdict.ts';
import { seedInterval } from '../../../reports/claims/seed-bootstrap.ts';
import { cli } from '../../cli/helpers.ts';
import { testedArm as armOf } from '../../helpers/arms.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

function claimOf(effect: ClaimedEffect, own: Partial<Claim> = {}): Claim {
  const rest = {
    states: 'It helps',
    source: 'here',
    suites: ['compression'],
    decays: false,
    least: 0.01,
    published: [],
  };
  return { id: 'made-up', ...rest, effect, ...own };
}

const scopeOf = (arms: TestedArm[]) => ({ suite: 'compression', profile: 'nightly', from: 'here', arms });
const spectral: ClaimedEffect = { form: 'contrast', factor: 'init', from: 'default', to: 'spectral', where: {} };

/** The four arms of initialization and decay, at seeds that differ by the same amounts in all but the last. */
const four = (values: readonly (readonly number[])[]) =>
  (['default', 'spectral'] as const).flatMap((init, i) =>
    (['weight-decay', 'frobenius-decay'] as const).map((regularizer, r) =>
      armOf({ init, regularizer }, values[2 * i + r]!),
    ),
  );
const measured = four([
  [0.5, 0.52, 0.51],
  [0.5, 0.53, 0.5],
  [0.55, 0.56, 0.57],
  [0.6, 0.63, 0.59],
]);

function tested(effect: ReturnType<typeof effectOf>): ClaimEffect {
  if ('reason' in effect) throw new Error(`not tested: ${effect.reason}`);
  return effect;
}

it('averages a contrast over all pairs that differ in nothing else', () => {
  const effect = tested(effectOf(claimOf(spectral), scopeOf(measured)));
  // Weight decay: 0.05, 0.04, 0.06; Frobenius decay: 0.1, 0.1, 0.09.
  expect(effect.estimate).toBeCloseTo((0.15 + 0.29) / 6, 12);
  expect(effect).toMatchObject({ seeds: 3, metric: 'accuracy', rival: null });
});

it('averages no two metrics, and takes the arms of the kind that it names', () => {
  const others = measured.map((arm) => ({ ...arm, kind: 'translation', metric: 'bleu' }));
  const both = scopeOf([...measured, ...others]);
  expect(() => effectOf(claimOf(spectral), both)).toThrow(
    /made-up: compression measures accuracy and bleu.*name a kind/,
  );
  const own = tested(effectOf(claimOf(spectral, { kind: 'image' }), both));
  expect(own).toMatchObject({
    metric: 'accuracy',
    estimate: tested(effectOf(claimOf(spectral), scopeOf(measured))).estimate,
  });
});

it('takes an interaction as what both gain beyond the sum of each', () => {
  const effect = tested(effectOf(claimOf({ form: 'interaction', where: {} }), scopeOf(measured)));
  const sums = [0.6 - 0.55 - 0.5 + 0.5, 0.63 - 0.56 - 0.53 + 0.52, 0.59 - 0.57 - 0.5 + 0.51];
  expect(effect.estimate).toBeCloseTo(sums.reduce((sum, one) => sum + one, 0) / 3, 12);
});

it('lets the hardest rival decide where all are to be beaten', () => {
  const rivals = [
    armOf({ method: 'snip', init: 'default' }, [0.4, 0.41, 0.4]),
    armOf({ method: 'rigl', init: 'default' }, [0.59, 0.62, 0.6]),
    armOf({ method: 'set', init: 'default', budget: 0.5 }, [0.9, 0.9, 0.91]),
  ];
  const claim = claimOf({
    form: 'above-all',
    arm: { method: ['low-rank'], init: ['spectral'], regularizer: ['frobenius-decay'] },
    others: { method: ['snip', 'rigl', 'set'] },
    same: ['budget'],
  });
  const effect = tested(effectOf(claim, scopeOf([...measured, ...rivals])));
  expect(effect.rival).toContain('rigl');
  expect(effect.estimate).toBeCloseTo(0.01 / 3, 12);
  expect(effect.contrasts).toBe(2);
});

it('does not test where decay alone lowers the dense network, or arms are missing', () => {
  const dense = (['none', 'weight-decay'] as const).map((regularizer, i) =>
    armOf(
      { method: 'dense', budget: 1, init: 'default', regularizer },
      [0.9, 0.91, 0.9].map((value) => value - i / 10),
    ),
  );
  const claim = claimOf(spectral, { decays: true });
  expect(effectOf(claim, scopeOf([...measured, ...dense]))).toMatchObject({ reason: 'setting' });
  expect(effectOf({ ...claim, decays: false }, scopeOf([...measured, ...dense]))).toHaveProperty('estimate');
  expect(effectOf(claim, scopeOf(dense))).toEqual({ reason: 'no arms' });
  expect(effectOf(claim, scopeOf(measured.map((arm) => ({ ...arm, values: new Map([[0, 0.5]]) }))))).toEqual({
    reason: 'too few seeds',
  });
});

it('asks the dense network that is trained by the optimizer of an arm', () => {
  const byLamb = (arm: TestedArm) => ({ ...arm, factors: [...arm.factors, { name: 'optimizer', value: 'lamb' }] });
  const dense = (['none', 'weight-decay'] as const).map((regularizer, i) =>
    armOf(
      { method: 'dense', budget: 1, init: 'default', regularizer },
      [0.9, 0.91, 0.9].map((value) => value - i / 10),
    ),
  );
  const claim = claimOf(spectral, { decays: true });
  const lamb = measured.map(byLamb);
  expect(effectOf(claim, scopeOf([...lamb, ...dense]))).toHaveProperty('estimate');
  expect(effectOf(claim, scopeOf([...lamb, ...dense.map(byLamb)]))).toMatchObject({ reason: 'setting' });
});

it('corrects pairs of which one hypothesis at most is true, as by hand', () => {
  // Sorted: 0.001 × 3, 0.01 × 3, 0.02 × 3 (its pair is then rejected whole), 0.04 × 2, 0.3 × 1... never falling.
  expect(
    adjustPairs([
      [0.001, 0.02],
      [0.01, 0.9],
      [0.3, 0.04],
    ]),
  ).toEqual([
    [0.003, 0.06],
    [0.03, 0.9],
    [0.6, 0.08],
  ]);
});

it('draws seeds again within each stratum', () => {
  expect(seedInterval([[1, 1, 1]])).toEqual([1, 1]);
  expect(
    seedInterval([
      [1, 1],
      [3, 3, 3],
    ]),
  ).toEqual([2, 2]);
  expect(seedInterval([[1, 2], [5]])).toBeNull();
  const [low, high] = seedInterval([[0, 1]])!;
  expect([low, high]).toEqual([0, 1]);
});

it('supports no false claim and contradicts no true one in more than 5 % of families', () => {
  const [claims, draws, least, deviation] = [8, 150, 0.02, 0.008];
  const budgets = Array.from({ length: claims }, (_, i) => (i + 1) / 16);
  const asked = budgets.map((budget) =>
    claimOf({ ...spectral, where: { budget: [budget] } }, { id: `${budget}`, least }),
  );
  const uniform = streamsOf('test', 0)('claims');
  let [wrong, right] = [0, 0];
  for (let draw = 0; draw < draws; draw++) {
    const ofSeed = gaussian(3, deviation, uniform);
    const arms = budgets.flatMap((budget, i) =>
      (['default', 'spectral'] as const).map((init, to) => {
        // Half of the claims are false, the others true by the least effect.
        const level = 0.5 + (i % 2) * to * least;
        const values = gaussian(3, deviation, uniform).map((error, seed) => level + error + ofSeed[seed]!);
        return armOf({ budget, init }, [...values]);
      }),
    );
    const verdicts = judgeClaims(asked, [scopeOf(arms)]).map(({ verdict }) => verdict);
    if (verdicts.some((verdict, i) => verdict === (i % 2 === 0 ? 'supported' : 'contradicted'))) wrong++;
    if (verdicts.some((verdict, i) => verdict === (i % 2 === 0 ? 'contradicted' : 'supported'))) right++;
  }
  // 5 % and three standard errors of it.
  expect(wrong / draws).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / draws));
  expect(right / draws).toBeGreaterThan(0.2);
});

it('says how many seeds would decide', () => {
  const noisy = four([
    [0.5, 0.52, 0.51],
    [0.5, 0.53, 0.5],
    [0.51, 0.52, 0.53],
    [0.52, 0.52, 0.5],
  ]);
  const [judged] = judgeClaims([claimOf(spectral)], [scopeOf(noisy)]);
  expect(judged).toMatchObject({ verdict: 'undecided' });
  expect(judged!.seedsNeeded).toBeGreaterThan(3);
});

it('names the file of claims and what is wrong in it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'factorbench-'));
  folders.push(dir);
  await expect(readClaims(dir)).rejects.toThrow(/claims\.json.*restore the file/s);
  await writeFile(join(dir, 'claims.json'), '{');
  await expect(readClaims(dir)).rejects.toThrow(/claims\.json: no JSON/);
  await writeFile(
    join(dir, 'claims.json'),
    JSON.stringify({ version: 1, claims: [claimOf(spectral), claimOf(spectral)] }),
  );
  await expect(readClaims(dir)).rejects.toThrow(/two claims have one id/);
  await writeFile(
    join(dir, 'claims.json'),
    JSON.stringify({ version: 1, claims: [{ ...claimOf(spectral), least: 0 }] }),
  );
  await expect(readClaims(dir)).rejects.toThrow(/claims\.0\.least/);
});

it('tells of the stored baselines, as a table and as JSON, and refuses a folder without records', async () => {
  const baselinesDir = baselinesFolder();
  const { exitCode, stdout, stderr } = await cli(['claims'], { baselinesDir });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toContain('| claim | source | suite | verdict |');
  for (const suite of ['compression', 'tensors', 'translation']) expect(stdout).toContain(`| ${suite}, nightly |`);
  const all = JSON.parse((await cli(['claims', '--json'], { baselinesDir })).stdout) as { claim: Claim }[];
  expect(all.length).toBeGreaterThan(10);
  const none = await cli(['claims', join(tmpdir(), 'factorbench-not-there')], { baselinesDir });
  expect(none.exitCode).toBe(2);
  expect(none.stderr).toContain('factorbench-not-there');
});
