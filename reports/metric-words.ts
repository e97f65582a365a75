import type { MetricName } from '../harness/spec.ts';
import type { Block, Section } from './document.ts';

/** Texts are written for accuracy; a run has one metric, and others replace these words. */
const words: Readonly<Record<MetricName, readonly (readonly [RegExp, string])[]>> = {
  accuracy: [],
  bleu: [
    [/accuracies/g, 'BLEU scores'],
    [/final accuracy in percentage points/g, 'final BLEU in points'],
    [/Accuracy is that of the last epoch/g, 'BLEU is that of the weights that are decoded'],
    [/accuracy of the last epoch/g, 'BLEU'],
    [/(test|Test) accuracy/g, 'BLEU'],
    [/accuracy|Accuracy/g, 'BLEU'],
    [/; the best BLEU is selected on the test set and only shown/g, ''],
  ],
};

export function inWordsOf(metric: MetricName, content: string): string {
  return words[metric].reduce((result, [pattern, word]) => result.replace(pattern, word), content);
}

/** A section's headings, texts and columns in the words of a metric; what its rows hold stays. */
export function sectionInWordsOf(metric: MetricName, { heading, blocks }: Section): Section {
  return { heading: inWordsOf(metric, heading), blocks: blocks.map((block) => blockInWordsOf(metric, block)) };
}

function blockInWordsOf(metric: MetricName, block: Block): Block {
  switch (block.kind) {
    case 'text':
      return { ...block, text: inWordsOf(metric, block.text) };
    case 'table': {
      const columns = block.table.columns.map((column) => ({ ...column, name: inWordsOf(metric, column.name) }));
      return { ...block, table: { ...block.table, columns } };
    }
    default:
      return block;
  }
}
