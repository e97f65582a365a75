import { expect, it, vi } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import { cpMethod } from '../../harness/methods/tensor/cp.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { recordSchema } from '../../harness/record.ts';
import { factorOf } from '../../harness/spec/words.ts';
import { experimentOf, fixtureSuite } from '../helpers/suites.ts';
import { plainContext } from './tiny-cells.ts';

it('a tensor cell trains under crs and records what its layers warn of', async () => {
  const suite = fixtureSuite((spec) => {
    const experiment = experimentOf(spec);
    experiment.models = [{ name: 'wide-resnet', depth: 10, widen: 1 }];
    Object.assign(experiment.fallbackDataset!, { trainExamples: 40, testExamples: 20 });
    Object.assign(experiment.training, { batchSize: 20, epochs: 1 });
    experiment.arms = [{ method: 'cp', factors: { budget: [0.12], init: ['spectral'], regularizer: ['crs'] } }];
    spec.profiles.smoke!.seeds = 1;
  });
  const { build } = cpMethod;
  vi.spyOn(cpMethod, 'build').mockImplementation((shape, ...others) => {
    const warnings = shape.name.startsWith('stage2') ? [`${shape.name}: stopped early`] : [];
    return { ...build(shape, ...others), warnings };
  });
  const [cell] = planCells(suite, 'smoke', { present: [] });
  const record = await runCell(cell!, plainContext);
  expect(recordSchema.parse(record)).toEqual(record);
  expect(record).toMatchObject({ status: 'completed', ratio: cell!.ratio });
  expect([factorOf(record, 'method'), factorOf(record, 'regularizer')]).toEqual(['cp', 'crs']);
  // WRN-10-1 has 77,850 parameters.
  expect(record.parameters).toBe(Math.round(record.ratio! * 77_850));
  const names = ['stage2.block1.1.conv', 'stage2.block1.2.conv', 'stage2.block1.shortcut.conv'];
  expect(record.warnings).toEqual(names.map((name) => `${name}: stopped early`));
});
