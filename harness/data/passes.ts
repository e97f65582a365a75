import { permutation, type Streams } from '../random.ts';

/**
 * Which of `count` examples is read as the n-th, through as many passes as it takes: each in an order of its own, from the
 * stream `order/<pass>`.
 */
export function orderOf(count: number, streams: Streams): (n: number) => number {
  let [drawn, order]: [number, Uint32Array] = [-1, new Uint32Array()];
  return (n) => {
    const pass = Math.floor(n / count);
    if (pass !== drawn) [drawn, order] = [pass, permutation(count, streams(`order/${pass}`))];
    return order[n % count]!;
  };
}
