/** How far something is that takes long, as messages to the page. */
import type { StartProgress } from "../../src/base/progress.ts";

/** So many are done of something, of so many as far as it is known. */
export interface ProgressNews {
  readonly what: string;
  readonly done: number;
  readonly total: number | undefined;
}

/** Milliseconds between two messages. */
const SAY_EVERY = 100;

/** Tells `say` a few times a second. */
export function progressTo(say: (news: ProgressNews) => void): StartProgress {
  return (what, total) => {
    let saidAt = 0;
    return {
      at(done, known = total) {
        const now = performance.now();
        if (now - saidAt < SAY_EVERY && done !== known) return;
        saidAt = now;
        say({ what, done, total: known });
      },
      [Symbol.dispose]: () => {},
    };
  };
}
