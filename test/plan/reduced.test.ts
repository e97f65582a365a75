import { describe, expect, test } from 'vitest';
import { methodOfCell } from '../../harness/method-file.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { withOverrides } from '../../harness/plan/trial.ts';
import type { Cell, PlannedCell } from '../../harness/spec/cell.ts';
import { dataFolderNames } from '../../harness/spec/datasets.ts';
import { wordsOfKind } from '../../harness/spec/kinds.ts';
import { kindOf } from '../../harness/tasks/registry.ts';
import { suites } from '../../suites/registry.ts';

/** The reduced forms of cells of published sizes. */

function paper(name: string, only: string[]): PlannedCell[] {
  const suite = suites.find((one) => one.name === name)!;
  return planCells(suite, 'paper', { seeds: 1, only, present: dataFolderNames, untuned: 'counted' });
}

const reduced = (cell: PlannedCell): Cell => withOverrides(cell, kindOf(cell.config.task).reduced!(cell.config));

describe('a reduced form', () => {
  test('of a cell of images keeps its depth, schedule and decay, and is small', () => {
    const [cell] = paper('tensors', ['tucker-0.06667.spectral.frobenius-decay*']);
    const small = reduced(cell!);
    expect(small.config).toMatchObject({
      ...cell!.config,
      model: { name: 'wide-resnet', depth: 28, widen: 1 },
      init: 'default',
      budget: 0.15,
      dataset: { name: 'cifar-10', standIn: true, trainExamples: 4, testExamples: 2, cutout: 16 },
      training: { epochs: 200, batchSize: 2, learningRate: 0.1, decay: 5e-4, decayAt: [0.3, 0.6, 0.8] },
    });
    expect(small.id).not.toBe(cell!.id);
  });

  test('of a cell of translation keeps its layers and optimizer, and is small', () => {
    const [cell] = paper('translation', ['dense*multi30k.seed-0']);
    expect(reduced(cell!).config).toMatchObject({
      model: { layers: 2, heads: 4, width: 32, feedForward: 64 },
      dataset: { name: 'multi30k', standIn: true, merges: 5600 },
      training: { optimizer: { name: 'adam' }, epochs: 10, learningRate: 0.001 },
    });
  });

  test('of a cell of pre-training keeps its layers, heads and optimizer, and is small', () => {
    const [cell] = paper('pretraining', ['dense*weight-decay.bert*wikitext-103.seed-0']);
    expect(reduced(cell!).config).toMatchObject({
      // 32 channels cannot be shared by 12 heads.
      model: { layers: 12, heads: 12, width: 24, feedForward: 96, positions: 48 },
      dataset: { name: 'wikitext-103', standIn: true, trainExamples: 8, lowerCase: true },
      training: { optimizer: { name: 'adam' }, updates: 1_000_000, learningRate: 1e-4, batchSize: 2 },
    });
  });

  test.each(suites.map(({ name }) => name))(
    'of every arm of %s can be had: its budget is within reach',
    async (name) => {
      const suite = suites.find((one) => one.name === name)!;
      if (suite.profiles.paper === undefined) return;
      const forms = new Map(
        paper(name, ['*']).flatMap((cell) => {
          if (kindOf(cell.config.task).reduced === undefined || cell.needs.length > 0) return [];
          const form = reduced(cell);
          return [[form.id, form] as const];
        }),
      );
      for (const form of forms.values()) {
        const method = wordsOfKind(form.kind).usesMethods ? await methodOfCell(form) : null;
        expect(() => kindOf(form.config.task).outline(form.config, method)).not.toThrow();
      }
    },
  );

  test('is one of arms that differ in initialization or budget, not of others', () => {
    const of = (only: string) => new Set(paper('compression', [only]).map((cell) => reduced(cell).id)).size;
    const network = 'resnet-32-w32-projection.cifar-10.seed-0';
    expect(of(`low-rank-*.*.frobenius-decay.${network}`)).toBe(1);
    expect(of(`low-rank-*.*.*.${network}`)).toBe(3);
    expect(of('low-rank-0.1.default.none.*cifar-10.seed-0')).toBe(2);
    expect(of('low-rank-0.1.default.none.vgg-19.*')).toBe(3);
  });
});
