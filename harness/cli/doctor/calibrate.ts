import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { engineEnvironment, obstacleToPortable } from '../../engine/environment.ts';
import type { Arithmetic } from '../../fingerprint.ts';
import { cleanText } from '../../foreign-text.ts';
import { usableCores } from '../../setup/machine.mjs';
import { type Rates, ratesSchema } from '../../spec/cost.ts';
import { ownProcessor } from '../run/arithmetic.ts';
import { ownMachine, writeCalibration } from './calibration-file.ts';

/** Measures this machine in both arithmetics, and stores what was found; resolves to what to tell. */
export async function calibrate(env: NodeJS.ProcessEnv): Promise<string> {
  const native = await ratesIn(env, 'native');
  const portable = obstacleToPortable(ownProcessor()) === null ? await ratesIn(env, 'portable') : null;
  const found = { version: 1, machine: ownMachine(), measured_at: new Date().toISOString(), native, portable } as const;
  const path = await writeCalibration(env, found);
  const lines = [`native    ${ratesText(native)}`, ...(portable === null ? [] : [`portable  ${ratesText(portable)}`])];
  return `One core of this machine, all of them busy:\n${lines.join('\n')}\nStored in ${path}.\n`;
}

/** Of one core while as many are busy as runs keep busy: they share caches, memory and, where threads do, cores. */
async function ratesIn(env: NodeJS.ProcessEnv, arithmetic: Arithmetic): Promise<Rates> {
  const processes = Math.min(usableCores(), Math.max(1, Math.floor(process.availableMemory() / processBytes)));
  return meanRates(await Promise.all(Array.from({ length: processes }, () => measuredRates(env, arithmetic))));
}

/** What a process that measures holds at most. */
const processBytes = 1e9;

/** The geometric mean of each rate. */
export function meanRates(all: readonly Rates[]): Rates {
  const meanOf = (name: keyof Rates) =>
    Math.exp(all.reduce((sum, rates) => sum + Math.log(rates[name]), 0) / all.length);
  return {
    flopsPerSecond: meanOf('flopsPerSecond'),
    bytesPerSecond: meanOf('bytesPerSecond'),
    operationSeconds: meanOf('operationSeconds'),
    scalarSpeed: meanOf('scalarSpeed'),
  };
}

async function measuredRates(env: NodeJS.ProcessEnv, arithmetic: Arithmetic): Promise<Rates> {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const entry = fileURLToPath(new URL(`./rates-process${extension}`, import.meta.url));
  const { stdout, stderr, exitCode } = await execa(process.execPath, [...process.execArgv, entry], {
    env: { ...engineEnvironment(env, arithmetic), TF_CPP_MIN_LOG_LEVEL: '3' },
    extendEnv: false,
    reject: false,
  });
  if (exitCode !== 0) throw new Error(`The machine could not be measured: ${cleanText(stderr, 2000)}`);
  return ratesSchema.parse(JSON.parse(stdout.split('\n').at(-1) ?? ''));
}

function ratesText({ flopsPerSecond, bytesPerSecond, operationSeconds, scalarSpeed }: Rates): string {
  return (
    `${(flopsPerSecond / 1e9).toFixed(1)} GFLOP/s, ${(bytesPerSecond / 1e9).toFixed(1)} GB/s, ` +
    `${(1e6 * operationSeconds).toFixed(1)} µs an operation, ${scalarSpeed.toFixed(2)} of the reference in float64`
  );
}
