import { generatePassages, generateQuestions } from './generated-passages.ts';
import type { GeneratedPlainText } from './plain-text.ts';
import type { GeneratedQuestions } from './questions.ts';

/** Running text of generated passages, which needs no files; a passage a paragraph. */
export const generatedText: GeneratedPlainText<'generated-text'> = {
  name: 'generated-text',
  title: 'generated text',
  sort: 'text',
  source: 'generated',
  examples: { train: 2000, test: 200 },
  generate: () => ({
    train: generatePassages('train', generatedText.examples.train),
    test: generatePassages('test', generatedText.examples.test),
  }),
};

/** Questions on generated passages, which need no files. */
export const generatedQuestions: GeneratedQuestions<'generated-questions'> = {
  name: 'generated-questions',
  title: 'generated questions',
  sort: 'questions',
  source: 'generated',
  examples: { train: 4000, test: 500 },
  // More would say nothing new, and takes memory.
  limits: { train: 100_000, test: 10_000 },
  generate: generateQuestions,
};
