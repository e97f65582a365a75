import { UsageError } from '../errors.ts';
import { deep, deepResidual } from './deep.ts';
import { dense } from './dense.ts';
import { lowRank } from './low-rank.ts';
import type { Method } from './method.ts';
import { narrow } from './narrow.ts';
import { narrowMacs } from './narrow-macs.ts';
import { deepR } from './sparse/deep-r.ts';
import { dsr } from './sparse/dsr.ts';
import { gradientMagnitude } from './sparse/gradient-magnitude.ts';
import { gradualMagnitude } from './sparse/gradual-magnitude.ts';
import { grasp } from './sparse/grasp.ts';
import { lotteryTicket } from './sparse/lottery-ticket.ts';
import { magnitude } from './sparse/magnitude.ts';
import { mlprune } from './sparse/mlprune.ts';
import { obd } from './sparse/obd.ts';
import { randomPruning } from './sparse/random-pruning.ts';
import { randomTicket } from './sparse/random-ticket.ts';
import { rigl } from './sparse/rigl.ts';
import { set } from './sparse/set.ts';
import { snip } from './sparse/snip.ts';
import { cpMethod } from './tensor/cp.ts';
import { cpConv } from './tensor/cp-conv.ts';
import { kroneckerMethod } from './tensor/kronecker.ts';
import { tensorRingMethod } from './tensor/tensor-ring.ts';
import { tensorTrainMethod } from './tensor/tensor-train.ts';
import { tensorTrainConv } from './tensor/tensor-train-conv.ts';
import { tuckerMethod } from './tensor/tucker.ts';
import { tucker2 } from './tensor/tucker-2.ts';
import { tuckerTtCore } from './tensor/tucker-tt-core.ts';
import { fullRankWarmUp } from './warm-up/full-rank-warm-up.ts';
import { wider, widerDeep } from './wider.ts';

/** Every method that a suite may name. */
export const methods: readonly Method[] = [
  dense,
  narrow,
  narrowMacs,
  lowRank,
  deep,
  deepResidual,
  wider,
  widerDeep,
  fullRankWarmUp,
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
  gradualMagnitude,
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
