import { gather } from '../engine/ops/embedding-lookup.ts';
import { type Replay, replaying } from '../engine/replay.ts';
import { runOp, type Tensor, tf } from '../engine/tensorflow.ts';
import type { AttentionView } from '../nn/transformer/attention-layer.ts';
import type { SequenceModel } from '../nn/transformer/sequence-model.ts';
import { type Beams, type Extensions, impossible, type Scorer } from './beam-search.ts';

/** Numbers of the tokens with a meaning. */
export interface SpecialTokens {
  pad: number;
  bos: number;
  eos: number;
  /** How many tokens there are; numbers from here on, for which a model may have logits too, are never taken. */
  symbols?: number;
}

/** A scorer of some sentences, which holds their memory and the hypotheses' keys and values. */
export interface ModelScorer extends Scorer {
  dispose(): void;
}

export interface ModelScorers {
  /** For source sentences, their end included. Of sentences that are scored together, the shorter are padded. */
  scorerOf(sources: readonly (readonly number[])[]): ModelScorer;
  /** Frees the recorded graphs. */
  dispose(): void;
}

/** Source lengths and room for targets are multiples of it, so that few graphs are recorded. */
const bucket = 16;

type Tensors = Record<string, Tensor>;

/**
 * Scores hypotheses by a model, each step a replayed graph: keys and values follow their hypotheses, the decoder reads
 * a token a row, and the best extensions come out. Neither padding nor a beginning is ever an extension, nor a number
 * that stands for no token.
 *
 * @param recorded false: operation by operation, with the same results
 */
export function modelScorers(
  model: SequenceModel,
  beam: number,
  { pad, bos, eos, symbols = Number.POSITIVE_INFINITY }: SpecialTokens,
  recorded = true,
): ModelScorers {
  const { targetVocabulary: vocabulary, positions: longest } = model.blueprint.sizes;
  const kept = Math.min(2, vocabulary) * beam;
  const encode = ({ source, sourceMask }: Tensors): Tensors => {
    const memory = model.encode({ source: source!, sourceMask: sourceMask! });
    return named('memory', model.incremental.views(memory, source!.shape[0]!));
  };
  const extend = ({ tokens, position, parents, scores, sourceMask, ...tensors }: Tensors): Tensors => {
    const { logits, views } = model.incremental.next({
      tokens: tokens!,
      position: position!,
      sourceMask: sourceMask!,
      memory: viewsOf('memory', tensors),
      before: viewsOf('before', tensors).map(({ key, value }) => ({
        key: gather(key, parents!),
        value: gather(value, parents!),
      })),
    });
    const rows = logits.shape[0]!;
    // Scores of the rows go in with log Σ exp z, [rows, 1], so that the matrix of logits is walked over less often.
    const offset = tf.sub(tf.reshape(scores!, [rows, 1]), tf.logSumExp(logits, 1, true));
    const excluded = Float32Array.from({ length: vocabulary }, (_, token) =>
      token === pad || token === bos || token >= symbols ? impossible : 0,
    );
    const sums = tf.add(tf.add(logits, tf.tensor2d(excluded, [1, vocabulary])), offset);
    const [best, places] = runOp(
      'TopKV2',
      [tf.reshape(sums, [rows / beam, beam * vocabulary]), tf.scalar(kept, 'int32')],
      { T: { type: 'float32' }, sorted: { bool: true } },
      2,
    );
    return {
      best: best!,
      places: places!,
      ends: tf.slice(sums, [0, eos], [rows, 1]),
      ...named('before', views),
    };
  };
  const [encoding, extending] = [encode, extend].map((step): Pick<Replay<Tensors, Tensors>, 'run' | 'dispose'> => {
    if (recorded) return replaying(step, model.variables);
    return { run: (feeds: Tensors) => tf.tidy(() => step(feeds) as never) as Tensors, dispose: () => {} };
  });
  return {
    scorerOf(sources) {
      const length = Math.min(longest, roundUp(Math.max(...sources.map(({ length: own }) => own))));
      const { source, sourceMask } = paddedSources(sources, length, pad);
      const memory = encoding!.run({ source, sourceMask });
      source.dispose();
      const rows = sources.length * beam;
      let views = named('before', model.incremental.empty(rows, Math.min(longest, bucket)));
      return {
        vocabulary,
        extend(beams) {
          views = withRoom(views, beams.position, longest);
          const hypotheses = feedsOf(beams);
          const { best, places, ends, ...next }: Tensors = extending!.run({
            ...hypotheses,
            sourceMask,
            ...memory,
            ...views,
          });
          const extensions = {
            scores: best!.dataSync(),
            places: places!.dataSync(),
            ends: ends!.dataSync(),
          } as Extensions;
          tf.dispose([...Object.values(hypotheses), ...Object.values(views), best!, places!, ends!]);
          views = next;
          return extensions;
        },
        dispose: () => tf.dispose([sourceMask, ...Object.values(memory), ...Object.values(views)]),
      };
    },
    dispose() {
      encoding!.dispose();
      extending!.dispose();
    },
  };
}

function feedsOf({ tokens, position, parents, scores }: Beams): Tensors {
  return {
    tokens: tf.tensor1d(tokens, 'int32'),
    position: tf.scalar(position, 'int32'),
    parents: tf.tensor1d(parents, 'int32'),
    scores: tf.tensor1d(scores),
  };
}

function paddedSources(sources: readonly (readonly number[])[], length: number, pad: number) {
  const shape: [number, number] = [sources.length, length];
  const ids = new Int32Array(sources.length * length).fill(pad);
  const mask = new Float32Array(sources.length * length).fill(impossible);
  sources.forEach((sentence, row) => {
    if (sentence.length > length) {
      throw new Error(`decoding: a source of ${sentence.length} tokens is longer than the ${length} positions`);
    }
    ids.set(sentence, row * length);
    mask.fill(0, row * length, row * length + sentence.length);
  });
  return { source: tf.tensor2d(ids, shape, 'int32'), sourceMask: tf.tensor2d(mask, shape) };
}

/** The views, with room for one more token than there are. */
function withRoom(views: Tensors, tokens: number, longest: number): Tensors {
  const room = Object.values(views)[0]!.shape[2]!;
  if (tokens < room) return views;
  const added = Math.min(longest, room + bucket) - room;
  if (added <= 0) throw new Error(`decoding: a target is longer than the ${longest} positions`);
  const larger = Object.entries(views).map(([name, view]): [string, Tensor] => [
    name,
    tf.pad(view, [
      [0, 0],
      [0, 0],
      [0, added],
      [0, 0],
    ]),
  ]);
  tf.dispose(Object.values(views));
  return Object.fromEntries(larger);
}

function roundUp(length: number): number {
  return Math.max(1, Math.ceil(length / bucket)) * bucket;
}

/** Views as named tensors, which feeds and results are. */
function named(prefix: string, views: readonly AttentionView[]): Tensors {
  return Object.fromEntries(
    views.flatMap(({ key, value }, index) => [
      [`${prefix}.key.${index}`, key],
      [`${prefix}.value.${index}`, value],
    ]),
  );
}

function viewsOf(prefix: string, tensors: Tensors): AttentionView[] {
  const views: AttentionView[] = [];
  for (let index = 0; `${prefix}.key.${index}` in tensors; index++) {
    views.push({ key: tensors[`${prefix}.key.${index}`]!, value: tensors[`${prefix}.value.${index}`]! });
  }
  return views;
}
