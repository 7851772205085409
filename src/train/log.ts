/**
 * What a run logs. Callbacks write scalars, pictures and text into it; once a step or an epoch is over, all of it
 * goes as one row to the loggers. Callbacks and loggers do not know each other.
 */

/** Values by name, such as "val/acc_top1". */
export type Scalars = Readonly<Record<string, number>>;

/** All that is logged with a step or an epoch. */
export interface LogRow {
  readonly epoch: number;
  /** Training steps since the start of the run: the axis of everything that is logged. */
  readonly step: number;
  /** The same in each repetition of a run, bit for bit. */
  readonly scalars: Scalars;
  /** What depends on the clock or the machine: speed, waiting, memory. */
  readonly timings: Scalars;
  /** PNG files by name. */
  readonly images: Readonly<Record<string, Uint8Array>>;
  readonly texts: Readonly<Record<string, string>>;
}

/** A checkpoint that is there when the training is over. */
export interface KeptCheckpoint {
  readonly path: string;
  readonly step: number;
  /** The value that it was chosen by; NaN for the last, which was not. */
  readonly score: number;
  readonly isBest: boolean;
}

/** How a run ended. */
export type RunStatus = "finished" | "failed" | "interrupted";

/** Somewhere that rows go to. What is not for it, it leaves. */
export interface Logger {
  readonly name: string;
  /** Before the first row, with the run's configuration. */
  start?(config: object): Promise<void>;
  write(row: LogRow): Promise<void>;
  /** When the training is over: what it leaves, from the oldest on, and by which options it was chosen. */
  checkpoints?(kept: readonly KeptCheckpoint[], options: object): Promise<void>;
  /**
   * Before `start`, where a run goes on from a checkpoint: takes away what was logged after `step`, the test, and
   * what a kill left half written.
   */
  truncateTo(step: number): Promise<void>;
  /** After the last row. Waits for what is under way within a limit, and never throws for a network's sake. */
  finish?(status: RunStatus): Promise<void>;
}

/** Collects what is logged until the row is complete. */
export class RunLog {
  #row = emptyRow();

  constructor(readonly loggers: readonly Logger[] = []) {}

  /** Adds values to the row under way; a name that is there already is overwritten. */
  scalars(values: Scalars): void {
    Object.assign(this.#row.scalars, values);
  }

  /** The same for what depends on the clock or the machine. */
  timings(values: Scalars): void {
    Object.assign(this.#row.timings, values);
  }

  /** Adds a picture, as the bytes of a PNG file. */
  image(name: string, png: Uint8Array): void {
    this.#row.images[name] = png;
  }

  /** Adds a text; TensorBoard reads it as Markdown. */
  text(name: string, text: string): void {
    this.#row.texts[name] = text;
  }

  /** Hands the row to the loggers and begins the next; does nothing if it is empty. */
  async write(epoch: number, step: number): Promise<void> {
    const row = this.#row;
    if (Object.values(row).every((part) => Object.keys(part).length === 0)) return;
    this.#row = emptyRow();
    for (const logger of this.loggers) await logger.write({ epoch, step, ...row });
  }

  async checkpoints(kept: readonly KeptCheckpoint[], options: object): Promise<void> {
    for (const logger of this.loggers) await logger.checkpoints?.(kept, options);
  }

  async start(config: object): Promise<void> {
    for (const logger of this.loggers) await logger.start?.(config);
  }

  /**
   * Brings the logs back to what they were after `step`, before a run goes on from there. A checkpoint of an epoch's
   * last step that was written before the epoch's validation has `step - 1` here, as the epoch's row comes anew.
   */
  async truncateTo(step: number): Promise<void> {
    for (const logger of this.loggers) await logger.truncateTo(step);
  }

  async finish(status: RunStatus): Promise<void> {
    for (const logger of this.loggers) await logger.finish?.(status);
  }
}

function emptyRow() {
  return {
    scalars: {} as Record<string, number>,
    timings: {} as Record<string, number>,
    images: {} as Record<string, Uint8Array>,
    texts: {} as Record<string, string>,
  };
}

/** True for the names of a test's results, which a run that goes on has not had yet. */
export function isTest(name: string): boolean {
  return name.startsWith("test/");
}
