import { measureRates } from './measure-rates.ts';

/** Four measurements in each of two arithmetics: with the starts of processes a minute. */
const secondsEach = 6;

/** The entry of the process that measures: the rates in a line of JSON. */
process.stdout.write(`${JSON.stringify(measureRates(secondsEach))}\n`);
