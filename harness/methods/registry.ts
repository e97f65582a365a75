import { UsageError } from '../errors.ts';
import { cpMethod } from './cp.ts';
import { cpConv } from './cp-conv.ts';
import { deepR } from './deep-r.ts';
import { dense } from './dense.ts';
import { dsr } from './dsr.ts';
import { gradientMagnitude } from './gradient-magnitude.ts';
import { grasp } from './grasp.ts';
import { kroneckerMethod } from './kronecker.ts';
import { lotteryTicket } from './lottery-ticket.ts';
import { lowRank } from './low-rank.ts';
import { magnitude } from './magnitude.ts';
import type { Method } from './method.ts';
import { mlprune } from './mlprune.ts';
import { obd } from './obd.ts';
import { randomPruning } from './random-pruning.ts';
import { randomTicket } from './random-ticket.ts';
import { rigl } from './rigl.ts';
import { set } from './set.ts';
import { snip } from './snip.ts';
import { tensorRingMethod } from './tensor-ring.ts';
import { tensorTrainMethod } from './tensor-train.ts';
import { tensorTrainConv } from './tensor-train-conv.ts';
import { tuckerMethod } from './tucker.ts';
import { tucker2 } from './tucker-2.ts';
import { tuckerTtCore } from './tucker-tt-core.ts';

/** Every method that a suite may name. */
export const methods: readonly Method[] = [
  dense,
  lowRank,
  randomPruning,
  snip,
  magnitude,
  set,
  gradientMagnitude,
  randomTicket,
  lotteryTicket,
  obd,
  mlprune,
  deepR,
  dsr,
  rigl,
  grasp,
  tensorTrainMethod,
  tuckerMethod,
  tuckerTtCore,
  cpMethod,
  tensorRingMethod,
  kroneckerMethod,
  tucker2,
  tensorTrainConv,
  cpConv,
];

/** @throws UsageError naming the known methods. */
export function methodOf(name: string): Method {
  const method = methods.find((candidate) => candidate.name === name);
  if (method === undefined) {
    throw new UsageError(`method '${name}' is unknown; known: ${methods.map((known) => known.name).join(', ')}`);
  }
  return method;
}
