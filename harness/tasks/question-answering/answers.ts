import { withoutLeaks } from '../../engine/gradients.ts';
import type { RecordedStep } from '../../engine/record-step.ts';
import { replaying } from '../../engine/replay.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import type { EncoderInputs, SpanModel } from '../../nn/transformer/encoder.ts';
import { bestSpan, type SpanAnswer, spanText } from '../../text/question-windows.ts';
import { type ReadQuestions, spanFeeds, testBatches, type WindowBatch } from './windows.ts';

/** What answers questions: the scores of windows, recorded once and replayed. */
export interface Answering {
  /** The answer of each question: the best span of all its windows. */
  answer(read: ReadQuestions, longest: number, onBatch: () => Promise<void>): Promise<string[]>;
  /** The scores of a batch, as they are recorded. */
  recorded(batch: WindowBatch): RecordedStep;
  dispose(): void;
}

export function answering(model: SpanModel): Answering {
  const step = replaying(
    (inputs: EncoderInputs) => tf.tidy(() => model.scores(inputs) as never) as { start: Tensor; end: Tensor },
    model.variables,
  );
  return {
    async answer(read, longest, onBatch) {
      const best: (SpanAnswer | undefined)[] = read.questions.map(() => undefined);
      for (const batch of testBatches(read)) {
        const scores = scoresOf(batch, step.run);
        batch.windows.forEach((window, row) => {
          const found = bestSpan(window, scores.start[row]!, scores.end[row]!, longest);
          const before = best[window.question];
          if (before === undefined || found.score > before.score) best[window.question] = found;
        });
        await onBatch();
      }
      return best.map((found, at) => spanText(read.questions[at]!.passage, read.passages[at]!, found!));
    },
    recorded(batch) {
      const inputs = inputsOf(batch);
      const recorded = step.recorded(inputs);
      tf.dispose(inputs);
      return recorded;
    },
    dispose: step.dispose,
  };
}

function inputsOf(batch: WindowBatch): EncoderInputs {
  const { starts, ends, ...inputs } = spanFeeds(batch);
  tf.dispose([starts, ends]);
  return inputs;
}

/** The scores of a batch's windows, a row a window. */
function scoresOf(batch: WindowBatch, run: (inputs: EncoderInputs) => { start: Tensor; end: Tensor }) {
  return withoutLeaks('scores', () =>
    tf.tidy(() => {
      const { start, end } = run(inputsOf(batch));
      const rowsOf = (scores: Tensor) => {
        const [values, length] = [scores.dataSync(), scores.shape[1]!];
        return batch.windows.map((_, row) => values.subarray(row * length, (row + 1) * length));
      };
      return { start: rowsOf(start), end: rowsOf(end) };
    }),
  );
}
