/** Peaks are sampled, so the true one is a little higher. */
const headroom = 1.15;

/** The memory of a machine, which the cells that run there share. */
export interface Room {
  /** Whether a cell that is expected to take so many bytes can run beside those that do; one alone always can. */
  fits(bytes: number): boolean;
  /** Counts a cell as running. Gives what counts it no more, with the peak that was measured, if one was. */
  take(bytes: number): (peak: number | null) => void;
}

/**
 * Where a cell took more than it was expected to, all are taken to: by the largest such factor so far.
 *
 * @param memory bytes for all cells together
 */
export function openRoom(memory: number): Room {
  const running = new Set<{ bytes: number }>();
  let factor = 1;
  return {
    fits(bytes) {
      const others = [...running].reduce((sum, one) => sum + one.bytes, 0);
      return running.size === 0 || factor * (others + bytes) <= memory;
    },
    take(bytes) {
      const own = { bytes };
      running.add(own);
      return (peak) => {
        running.delete(own);
        if (peak !== null && bytes > 0) factor = Math.max(factor, (headroom * peak) / bytes);
      };
    },
  };
}
