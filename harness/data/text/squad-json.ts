import { UsageError } from '../../errors.ts';
import { firstLine } from '../../foreign-text.ts';
import type { Question } from '../../text/question-windows.ts';

/**
 * The questions of a file in SQuAD 1.1's canonical JSON: articles (`data`) of paragraphs with a `context` and questions
 * (`qas`), each with an `id` and `answers` of a `text` and an `answer_start`, which counts characters (code points).
 *
 * @param path of the file, for messages
 * @throws UsageError where it is no JSON, a field is missing or of another type, or an answer does not stand in its
 *   passage where it is said to, naming file and place
 */
export function squadQuestions(title: string, path: string, json: string): Question[] {
  const wrong = (place: string, what: string, remedy = 'give the file as it is published') =>
    new UsageError(`${title}: ${path}: ${place === '' ? '' : `${place} `}${what}; ${remedy}`);
  let root: unknown;
  try {
    root = JSON.parse(json);
  } catch (cause) {
    throw new UsageError(
      `${title}: ${path} is not JSON (${firstLine((cause as Error).message)}); give the file as it is published`,
      { cause },
    );
  }
  const fieldOf = (object: unknown, place: string, name: string): unknown => {
    if (typeof object !== 'object' || object === null || Array.isArray(object)) throw wrong(place, 'is no object');
    const value = (object as Record<string, unknown>)[name];
    if (value === undefined) throw wrong(place, `has no '${name}'`);
    return value;
  };
  const textOf = (object: unknown, place: string, name: string): string => {
    const value = fieldOf(object, place, name);
    if (typeof value !== 'string') throw wrong(`${place}.${name}`, 'is no text');
    return value;
  };
  const listOf = (object: unknown, place: string, name: string): { item: unknown; at: string }[] => {
    const value = fieldOf(object, place, name);
    const inner = place === '' ? name : `${place}.${name}`;
    if (!Array.isArray(value)) throw wrong(inner, 'is no list');
    return value.map((item: unknown, index) => ({ item, at: `${inner}[${index}]` }));
  };
  const questions: Question[] = [];
  for (const article of listOf(root, '', 'data')) {
    for (const paragraph of listOf(article.item, article.at, 'paragraphs')) {
      const passage = textOf(paragraph.item, paragraph.at, 'context');
      const places = placesOfCharacters(passage);
      for (const asked of listOf(paragraph.item, paragraph.at, 'qas')) {
        const id = textOf(asked.item, asked.at, 'id');
        const answers = listOf(asked.item, asked.at, 'answers').map(({ item, at }) => {
          const text = textOf(item, at, 'text');
          const character = fieldOf(item, at, 'answer_start');
          const start = typeof character === 'number' ? places(character) : undefined;
          if (start === undefined || text === '' || !passage.startsWith(text, start)) {
            throw wrong(
              `${at} (question ${id})`,
              `says that ${JSON.stringify(text.slice(0, 80))} begins at character ${JSON.stringify(character)} of its ` +
                'context, where it does not stand',
              "mend its 'answer_start', which counts code points from 0, or fetch the file again",
            );
          }
          return { text, start };
        });
        if (answers.length === 0) {
          throw wrong(`${asked.at} (question ${id})`, 'has no answer', 'give SQuAD 1.1, whose questions all have one');
        }
        questions.push({ id, passage, question: textOf(asked.item, asked.at, 'question'), answers });
      }
    }
  }
  if (questions.length === 0) throw wrong('', 'has no questions');
  return questions;
}

/** Where the n-th character of a text begins, in UTF-16 code units; undefined where it has none. */
function placesOfCharacters(text: string): (character: number) => number | undefined {
  const isPlain = !/[\ud800-\udbff]/.test(text);
  if (isPlain) return (n) => (Number.isInteger(n) && n >= 0 && n < text.length ? n : undefined);
  const places: number[] = [];
  let end = 0;
  for (const character of text) {
    places.push(end);
    end += character.length;
  }
  return (n) => places[n];
}
