import { compresses, type Method } from '../../methods/method.ts';

/** Whether a method's factors are collapsed after training. */
export function isCollapsed(method: Method): boolean {
  return method.kind === 'layer' && compresses(method);
}
