/**
 * Does the same work again and again, once at a time: what is asked for while it is done is done once, after it. So
 * work that is slower than what asks for it never piles up.
 */
export function newestOnly(work: () => Promise<void>): { ask(): void; ended(): Promise<void> } {
  let going: Promise<void> | null = null;
  let isAsked = false;
  async function run(): Promise<void> {
    while (isAsked) {
      isAsked = false;
      await work();
    }
    going = null;
  }
  return {
    ask() {
      isAsked = true;
      going ??= run();
    },
    async ended() {
      await going;
    },
  };
}
