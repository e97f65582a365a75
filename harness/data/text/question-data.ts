import { createHash } from 'node:crypto';
import { UsageError } from '../../errors.ts';
import type { QuestionDatasetSpec } from '../../spec/text.ts';
import type { Question } from '../../text/question-windows.ts';
import type { Part } from '../dataset.ts';
import { openIn } from '../folder.ts';
import { datasetNamed } from '../registry.ts';
import type { QuestionParts } from './questions.ts';

/** The questions of a cell. */
export interface QuestionData extends QuestionParts {
  readonly source: 'files' | 'generated';
  /** First 16 hexadecimal digits of the SHA-256 over them, training first. */
  readonly digest: string;
}

/**
 * Reads or generates the questions that a data set's specification names: the first `trainExamples` and `testExamples`.
 *
 * @param dataDir the folder of the files, or one that contains it; not used by generated questions
 * @throws UsageError where files are missing or damaged, naming file and place, or hold fewer questions than asked for
 */
export async function loadQuestions(spec: QuestionDatasetSpec, dataDir: string | null): Promise<QuestionData> {
  const { name } = spec;
  const asked = { train: spec.trainExamples, test: spec.testExamples };
  const parts = name === 'generated-questions' ? generated(asked) : await fromFiles(name, asked, dataDir);
  const hash = createHash('sha256').update(JSON.stringify([parts.train, parts.test]));
  return { ...parts, source: datasetNamed(name).source, digest: hash.digest('hex').slice(0, 16) };
}

type Asked = Readonly<Record<Part, number | null>>;

function generated(asked: Asked): QuestionParts {
  const { generate, examples, limits } = datasetNamed('generated-questions');
  const partOf = (part: Part) => {
    const count = asked[part] ?? examples[part];
    refuseBeyond(count, limits[part], part, 'the generated set');
    return generate(part, count);
  };
  return { train: partOf('train'), test: partOf('test') };
}

async function fromFiles(name: 'squad', asked: Asked, dataDir: string | null): Promise<QuestionParts> {
  const { parts } = (await openIn(datasetNamed(name), dataDir)).opened;
  const partOf = (part: Part): readonly Question[] => {
    const count = asked[part] ?? parts[part].length;
    refuseBeyond(count, parts[part].length, part, name);
    return parts[part].slice(0, count);
  };
  return { train: partOf('train'), test: partOf('test') };
}

function refuseBeyond(asked: number, most: number, part: Part, what: string): void {
  if (asked <= most) return;
  throw new UsageError(
    `${part}Examples: ${asked} questions asked for, but ${what} has ${most}; ask for ${most} or fewer`,
  );
}
