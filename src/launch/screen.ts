/**
 * The terminal output of a run: lines from a level on and, on a terminal, one live line below them that is updated.
 * It is overwritten with spaces instead of escape codes, so that it works on any terminal.
 */
import type { Level, Terminal } from "../setup/host.ts";

/** Levels, least important first. */
export const LEVELS: readonly Level[] = ["debug", "info", "warning", "error"];

/** True if lines of a level are shown where `least` is the least important level shown. */
export function isShown(level: Level, least: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(least);
}

/** Interval between updates of the live line. */
const PERIOD_MS = 100;

const COLORS: Partial<Record<Level, number>> = { debug: 2, warning: 33, error: 31 };

/** The terminal output of a run. */
export class RunScreen {
  #status: ((columns: number) => string) | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #live = "";

  constructor(readonly terminal: Terminal, readonly least: Level) {}

  /** Prints a line above the live one, if its level is shown. */
  print(line: string, level: Level = "info"): void {
    if (!isShown(level, this.least)) return;
    const named = level === "info" ? line : `${level}: ${line}`;
    this.#show("");
    this.terminal.print(named, COLORS[level]);
    this.#draw();
  }

  /**
   * Shows a live line, generated ten times a second for the terminal's width; without an argument it is removed. Does
   * nothing if there is no terminal, or only warnings are shown.
   */
  status(make?: (columns: number) => string): void {
    if (!this.terminal.isTerminal || !isShown("info", this.least)) return;
    this.#status = make;
    if (make) this.#timer ??= setInterval(() => this.#draw(), PERIOD_MS);
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    this.#draw();
  }

  #draw(): void {
    // The last column stays free, because some terminals move to the next line when it is written.
    const columns = Math.max(0, this.terminal.columns() - 1);
    this.#show(this.#status?.(columns).slice(0, columns) ?? "");
  }

  #show(text: string): void {
    if (text === this.#live) return;
    this.terminal.overwrite(text.padEnd(this.#live.length));
    if (text === "") this.terminal.overwrite("");
    this.#live = text;
  }
}
