import { runOp, type Tensor, tf } from '../tensorflow.ts';

/**
 * The table's rows of the given numbers. The gradient adds up the rows' gradients by number, in the order of `ids` and
 * so with the same bits every time; it has the table's shape, with zeros where no id points to.
 *
 * @param table [size, features]
 * @param ids [count], int32, each in 0..size−1
 * @returns [count, features]
 */
export function embeddingLookup(table: Tensor, ids: Tensor): Tensor {
  return tf.customGrad((rows, save) => {
    // Saved, because ids made on the way would be disposed before the backward pass.
    (save as (tensors: Tensor[]) => void)([ids]);
    return {
      value: gather(rows as Tensor, ids),
      gradFunc: (dy: Tensor, saved: Tensor[]) => segmentSum(dy, saved[0]!, table.shape[0]!),
    };
  })(table);
}

/** The table's entries along its first axis, of any rank, without a gradient. */
export function gather(table: Tensor, ids: Tensor): Tensor {
  return runOp('GatherV2', [table, ids, tf.scalar(0, 'int32')], {
    Tparams: { type: 'float32' },
    Tindices: { type: 'int32' },
    Taxis: { type: 'int32' },
    batch_dims: { int: 0 },
  })[0]!;
}

/** Row s of the result is the sum of the rows whose id is s. */
function segmentSum(rows: Tensor, ids: Tensor, segments: number): Tensor {
  return runOp('UnsortedSegmentSum', [rows, ids, tf.scalar(segments, 'int32')], {
    T: { type: 'float32' },
    Tindices: { type: 'int32' },
    Tnumsegments: { type: 'int32' },
  })[0]!;
}
