import { compresses, initsOfMethod, type Method } from './method.ts';

/** Budget, initialization and regularizer of a cell, in the words of the registry's methods. */
export interface MethodSettings {
  budget: number;
  init: string;
  regularizer: string;
}

/**
 * Why a method has no such budget or initialization, or a regularizer that could change nothing about it; null where it
 * has.
 */
export function idleRefusal(method: Method, { budget, init, regularizer }: MethodSettings): string | null {
  const inits: readonly string[] = initsOfMethod(method);
  if (!inits.includes(init)) {
    const known = inits.map((name) => `'${name}'`).join(', ');
    const remedy = `give its arm inits ${inits.length === 1 ? '' : 'among '}[${known}]`;
    return `method ${method.name} has no init '${init}'; ${remedy}`;
  }
  if (isWeightDecay(method, regularizer)) {
    return `method ${method.name} has no regularizer '${regularizer}', which is weight decay there; name that`;
  }
  if (compresses(method) || budget === 1) return null;
  return `method ${method.name} has no budget ${budget}: it keeps all parameters; name budget 1`;
}

/**
 * A weight that is masked, or one of a thinner network, is no product of factors, and a network without factors has
 * none to scale the decay of.
 */
function isWeightDecay(method: Method, regularizer: string): boolean {
  const ofFactors = regularizer === 'crs' || regularizer === 'no-factor-decay';
  if (method.kind === 'sparse' || method.kind === 'narrow') return regularizer === 'frobenius-decay' || ofFactors;
  return !compresses(method) && ofFactors;
}
