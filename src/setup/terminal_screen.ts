/**
 * What a process shows on its terminal: lines from a level on and, below them, one live line that is updated. It is
 * overwritten with spaces instead of escape codes, so that it works on any terminal.
 */
import { type LiveLine, noLine } from "../base/progress.ts";
import type { Level, Terminal } from "./host.ts";

/** Levels, least important first. */
export const LEVELS: readonly Level[] = ["debug", "info", "warning", "error"];

/** True if lines of a level are shown where `least` is the least important level shown. */
export function isShown(level: Level, least: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(least);
}

/** Interval between updates of the live line. */
const PERIOD_MS = 100;

const COLORS: Partial<Record<Level, number>> = { debug: 2, warning: 33, error: 31 };

type Make = (columns: number) => string;

/** Lines and live lines on a terminal. */
export class TerminalScreen {
  /** The latest is the one that is seen. */
  readonly #lines = new Set<Make>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #shown = "";

  constructor(readonly terminal: Terminal, readonly least: Level) {}

  /** Prints a line above the live one, if its level is shown. */
  print(line: string, level: Level = "info"): void {
    if (!isShown(level, this.least)) return;
    const named = level === "info" ? line : `${level}: ${line}`;
    this.above(() => this.terminal.print(named, COLORS[level]));
  }

  /** Lets `write` write whole lines, by whatever means, where the live line is. */
  above(write: () => void): void {
    this.#show("");
    write();
    this.#draw();
  }

  /**
   * Shows a live line until it is disposed of, generated ten times a second for the terminal's width. Of several the
   * latest is seen. Does nothing if there is no terminal, or only warnings are shown.
   */
  live(make: Make): LiveLine {
    if (!this.terminal.isTerminal || !isShown("info", this.least)) return noLine;
    this.#lines.add(make);
    this.#timer ??= setInterval(() => this.#draw(), PERIOD_MS);
    this.#draw();
    return { update: () => this.#draw(), [Symbol.dispose]: () => this.#remove(make) };
  }

  /** Takes all live lines away. */
  close(): void {
    for (const make of this.#lines) this.#remove(make);
  }

  #remove(make: Make): void {
    this.#lines.delete(make);
    if (this.#lines.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    this.#draw();
  }

  #draw(): void {
    // The last column stays free, because some terminals move to the next line when it is written.
    const columns = Math.max(0, this.terminal.columns() - 1);
    this.#show([...this.#lines].at(-1)?.(columns).slice(0, columns) ?? "");
  }

  #show(text: string): void {
    if (text === this.#shown) return;
    this.terminal.overwrite(text.padEnd(this.#shown.length));
    if (text === "") this.terminal.overwrite("");
    this.#shown = text;
  }
}
