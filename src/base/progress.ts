/**
 * How far something is that takes long, in one line: `hashing images: 1200 of 100000, 0:01:23 left`. Nothing is shown
 * in the first two seconds. Then a terminal shows a live line, and a pipe gets a line every ten seconds.
 *
 * ```ts
 * using progress = host.progress("hashing images", paths.length);
 * for (const [i, path] of paths.entries()) {
 *   await hash(path);
 *   progress.at(i + 1);
 * }
 * ```
 *
 * A part of the program below `setup` takes a {@link StartProgress} among its options, by default {@link noProgress}.
 */
import { type Clock, clockTime, realClock } from "./clock.ts";

/** Something that is under way. Disposing of it ends it, and takes its live line away. */
export interface Progress extends Disposable {
  /** So many are done, of the total that is known by now. Costs next to nothing, so it may be called for each of them. */
  readonly at: (done: number, total?: number) => void;
}

/** What is counted: things, or bytes, which are shown as MB. */
export type ProgressUnit = "things" | "bytes";

/**
 * Begins to show how far something is. `what` says what is done to which things, as in "hashing images". Without a total,
 * or before the first of them is done, the line says for how long.
 */
export type StartProgress = (what: string, total?: number, unit?: ProgressUnit) => Progress;

/** A line that is updated over time. */
export interface LiveLine extends Disposable {
  /** Shows it as it is now; otherwise it is looked at ten times a second, unless the thread is busy. */
  update(): void;
}

/** Where progress is shown. */
export interface ProgressOutput {
  /** True if there can be live lines. */
  readonly isTerminal: boolean;
  /** Shows a live line. */
  live(make: (columns: number) => string): LiveLine;
  print(line: string): void;
}

/** A line where none can be. */
export const noLine: LiveLine = { update: () => {}, [Symbol.dispose]: () => {} };

/** Shows nothing. */
export const noProgress: StartProgress = () => ({ at: () => {}, [Symbol.dispose]: () => {} });

/** Passes on what is asked for one after the other, and shows how many of them were. */
export async function* counting<T>(items: AsyncIterable<T>, progress: () => Progress): AsyncGenerator<T> {
  using shown = progress();
  let done = 0;
  for await (const item of items) {
    yield item;
    shown.at(++done);
  }
}

/** Milliseconds before anything is shown, between two lines in a pipe, and between two updates of a live line. */
const PATIENCE = 2000, PAUSE = 10_000, UPDATE = 100;

/** Shows progress on `output`. */
export function progressOn(output: ProgressOutput, clock: Clock = realClock): StartProgress {
  return (what, total, unit = "things") => {
    const started = clock.now();
    let done = 0, known = total, shownAt = -Infinity;
    let line: LiveLine | undefined;
    const text = () => describe(what, { done, total: known, unit, seconds: (clock.now() - started) / 1000 });
    const show = () => {
      const now = clock.now();
      if (now - started < PATIENCE || now - shownAt < (output.isTerminal ? UPDATE : PAUSE)) return;
      shownAt = now;
      if (!output.isTerminal) output.print(text());
      else if (line === undefined) line = output.live(text);
      else line.update();
    };
    const stop = clock.every(PATIENCE, show);
    return {
      at(count, total = known) {
        done = count;
        known = total;
        show();
      },
      [Symbol.dispose]() {
        stop();
        line?.[Symbol.dispose]();
      },
    };
  };
}

interface State {
  readonly done: number;
  readonly total: number | undefined;
  readonly unit: ProgressUnit;
  readonly seconds: number;
}

/** `  what: 12 of 40, 0:01:23 left`, as far as that is known. */
function describe(what: string, { done, total, unit, seconds }: State): string {
  if (done === 0) return `  ${what}: ${clockTime(seconds)} so far`;
  const amount = (count: number) => unit === "bytes" ? (count / 1e6).toFixed(1) : `${count}`;
  const end = unit === "bytes" ? " MB" : "";
  if (total === undefined) return `  ${what}: ${amount(done)}${end}`;
  const left = seconds / done * Math.max(0, total - done);
  return `  ${what}: ${amount(done)} of ${amount(total)}${end}, ${clockTime(left)} left`;
}
