import type { SequenceModel } from '../../harness/nn/transformer/sequence-model.ts';
import { decayedProducts, type ProductName, type TransformerRegularizerName } from '../../harness/spec/translation.ts';
import { valuesOf } from './engine.ts';
import { finiteDifferences } from './finite-differences.ts';
import { at, filled, halfSquare, map, matMul, transposed, type Values } from './reference.ts';

/** ∂R/∂w of a variable, from the definitions of the regularizers, and whether R is there the norm of a product. */
export function penaltyOf(
  model: SequenceModel,
  name: string,
  regularizer: TransformerRegularizerName,
): { gradient: Values; frobenius: boolean } {
  const weights = new Map(model.variables.map((variable) => [variable.name, valuesOf(variable.value)]));
  const own = weights.get(name)!;
  if (regularizer === 'none') return { gradient: map(own, () => 0), frobenius: false };
  const kinds: readonly ProductName[] = regularizer === 'weight-decay' ? [] : decayedProducts[regularizer];
  const { heads } = model.blueprint.sizes;
  const [, stem, part] = name.match(/^(.*)\.([a-z]+)$/)!;
  const other = (partner: string) => weights.get(`${stem}.${partner}`)!;
  const gradient = (penalty: (moved: Values) => number) => ({
    gradient: finiteDifferences(penalty, own),
    frobenius: true,
  });
  if (kinds.includes('linear') && part === 'u') return gradient((u) => halfSquare(matMul(u, transposed(other('v')))));
  if (kinds.includes('linear') && part === 'v') return gradient((v) => halfSquare(matMul(other('u'), transposed(v))));
  if (kinds.includes('query-key') && part === 'query') return gradient((q) => scores(q, other('key'), heads));
  if (kinds.includes('query-key') && part === 'key') return gradient((k) => scores(other('query'), k, heads));
  // Of W_o the rows are divided into heads, so that it is the transpose of a second factor.
  if (kinds.includes('output-value') && part === 'value') {
    return gradient((v) => scores(v, transposed(other('output')), heads));
  }
  if (kinds.includes('output-value') && part === 'output' && weights.has(`${stem}.value`)) {
    return gradient((o) => scores(other('value'), transposed(o), heads));
  }
  return { gradient: own, frobenius: false };
}

/** Σ_h ½‖L_h R_hᵀ‖², of the heads' columns. */
function scores(left: Values, right: Values, heads: number): number {
  let sum = 0;
  for (let head = 0; head < heads; head++) {
    sum += halfSquare(matMul(columns(left, head, heads), transposed(columns(right, head, heads))));
  }
  return sum;
}

function columns(x: Values, head: number, heads: number): Values {
  const size = x.shape[1]! / heads;
  return filled([x.shape[0]!, size], ([i, j]) => at(x, i!, head * size + j!));
}
