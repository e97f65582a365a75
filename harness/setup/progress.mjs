/** Progress of the set-up: one line a step, rewritten in place on a terminal, plain lines elsewhere. */

/**
 * @typedef {object} StepProgress
 * @property {(detail: string) => void} update what the step is doing, such as `downloading 274 MB ... 35%`
 * @property {(detail?: string) => void} done ends the step's line
 */

/**
 * @typedef {object} Output
 * @property {(text: string) => unknown} write
 * @property {boolean} [isTTY]
 * @property {number} [columns]
 */

/** Off a terminal, a step's updates appear at most this often. */
const plainIntervalMs = 15_000;

/**
 * @param {Output} output
 * @param {string} label such as `[2/4] TensorFlow library`
 * @param {() => number} [now] milliseconds
 * @returns {StepProgress}
 */
export function startStep(output, label, now = Date.now) {
  const began = now();
  const seconds = () => `${Math.round((now() - began) / 1000)} s`;
  let last = Number.NEGATIVE_INFINITY;
  const inPlace = (/** @type {string} */ text) => output.write(`\r\x1b[K${text.slice(0, (output.columns ?? 80) - 1)}`);
  return {
    update(detail) {
      if (output.isTTY) {
        inPlace(`${label}: ${detail} (${seconds()})`);
      } else if (now() - last >= plainIntervalMs) {
        output.write(`${label}: ${detail}${now() === began ? '' : ` (${seconds()})`}\n`);
        last = now();
      }
    },
    done(detail = 'done') {
      const line = `${label}: ${detail} (${seconds()})`;
      if (output.isTTY) inPlace(line);
      else output.write(line);
      output.write('\n');
    },
  };
}

/**
 * @param {number} bytes
 * @returns {string} in decimal units, as download sizes are given: `274 MB`, `3.4 GB`
 */
export function formatBytes(bytes) {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return `${Math.round(bytes / 1e6)} MB`;
  return `${Math.ceil(bytes / 1e3)} kB`;
}
