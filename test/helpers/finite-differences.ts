import { map, type Values } from './reference.ts';

/**
 * Gradient of a scalar function by central differences in float64: (f(x + h) − f(x − h))/2h for every entry. With
 * h = 1e-5 the truncation (h²·f‴/6) and the rounding (1e-16/h) both stay near 1e-10, far below float32.
 */
export function finiteDifferences(f: (x: Values) => number, { shape, data }: Values, h = 1e-5): Values {
  const moved = Float64Array.from(data);
  const evaluate = (flat: number, value: number) => {
    moved[flat] = value;
    return f({ shape, data: moved });
  };
  const gradient = data.map((value, flat) => {
    const difference = evaluate(flat, value + h) - evaluate(flat, value - h);
    moved[flat] = value;
    return difference / (2 * h);
  });
  return { shape, data: gradient };
}

/** Derivative of f along `direction` by central differences in float64, entry by entry of its result. */
export function directionalDifference(f: (x: Values) => Values, x: Values, direction: Values, h = 1e-5): Values {
  const at = (step: number) => f(map(x, (value, flat) => value + step * direction.data[flat]!));
  const [above, below] = [at(h), at(-h)];
  return map(above, (value, flat) => (value - below.data[flat]!) / (2 * h));
}
