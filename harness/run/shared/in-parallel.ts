/** Does something with each of the items, at most `atOnce` at a time; after an error it begins with no further one. */
export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  let isBroken = false;
  async function lane(): Promise<void> {
    for (const item of waiting) {
      if (isBroken) return;
      await work(item).catch((error) => {
        isBroken = true;
        throw error;
      });
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane));
}
