/**
 * Sends an outbox in the background: whatever the server does, training never waits for it. Requests are sequential;
 * after a failure the same records are sent again at growing intervals. What the server permanently refuses stays on
 * disk.
 */
import { DataError } from "../../../base/errors.ts";
import {
  RefusedError,
  UnavailableError,
  WandbApi,
  type WandbPlace,
  type WandbRun,
  type WandbServer,
} from "./api.ts";
import { type CheckpointRecord, type OpenFile, openRecord } from "./checkpoint_record.ts";
import { CheckpointUpload } from "./checkpoint_upload.ts";
import type { Outbox, OutboxBatch, OutboxRecord } from "./outbox.ts";

/** Intervals and limits. */
export interface SenderPace {
  /** Between two successful requests. */
  readonly periodMs: number;
  /** After the first failure; doubles with each further one. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** After this long without news, a heartbeat tells the server that the run is alive. */
  readonly heartbeatMs: number;
  /** Maximum number of records in one request. */
  readonly most: number;
}

const PACE: SenderPace = {
  periodMs: 5_000,
  firstPauseMs: 2_000,
  longestPauseMs: 300_000,
  heartbeatMs: 30_000,
  most: 100,
};

/** Dependencies of {@link Sender}. */
export interface SenderParts {
  readonly server: WandbServer;
  readonly run: WandbRun;
  readonly outbox: Outbox;
  readonly pace?: Partial<SenderPace>;
  /** Opens checkpoints. */
  readonly open: OpenFile;
  report(line: string, level: "debug" | "info" | "warning"): void;
}

/** A sender that starts working immediately. */
export class Sender {
  readonly #stop = new AbortController();
  readonly #api: WandbApi;
  readonly #pace: SenderPace;
  readonly #work: Promise<void>;
  #place: WandbPlace | undefined;
  #isFinishing = false;
  #wake = () => {};
  /** The next checkpoint and the progress of its upload. */
  #upload: CheckpointUpload | undefined;
  #isUploading = false;
  /** When sending ends, unless a checkpoint is being uploaded. */
  #deadline = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly parts: SenderParts) {
    this.#api = new WandbApi(parts.server, this.#stop.signal);
    this.#pace = { ...PACE, ...parts.pace };
    this.#work = this.#sendAll();
  }

  /**
   * Sends what remains, for at most `limitMs`, not counting the time of checkpoints that succeed. Returns the number
   * of unsent records.
   */
  async finish(limitMs: number): Promise<number> {
    this.#isFinishing = true;
    this.#deadline = performance.now() + limitMs;
    this.#wake();
    this.#stopInTime();
    await this.#work;
    clearTimeout(this.#timer);
    return this.parts.outbox.left;
  }

  #stopInTime(): void {
    clearTimeout(this.#timer);
    if (!this.#isFinishing || this.#isUploading) return;
    this.#timer = setTimeout(() => {
      this.#stop.abort();
      this.#wake();
    }, Math.max(0, this.#deadline - performance.now()));
  }

  async #sendAll(): Promise<void> {
    const { outbox, report } = this.parts;
    let failures = 0, pause = 0, quiet = 0;
    while (!this.#stop.signal.aborted) {
      if (outbox.left === 0 && this.#isFinishing) return;
      try {
        const place = this.#place ??= await this.#open();
        if (outbox.left === 0 && quiet < this.#pace.heartbeatMs) quiet += this.#pace.periodMs;
        else {
          if (outbox.left > 0) await this.#send(place);
          else await this.#api.stream(place, { complete: false });
          quiet = 0;
        }
        failures = 0;
        pause = this.#isFinishing ? 0 : this.#pace.periodMs;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (error instanceof RefusedError) {
          return report(`Weights & Biases refuses further records: ${error.message}`, "warning");
        }
        pause = this.#pauseAfter(error as Error, failures++);
        const { message } = error as Error;
        report(`Weights & Biases: ${message}; retrying in ${(pause / 1000).toFixed(1)} s`, "debug");
      }
      await this.#wait(pause);
    }
  }

  /** Doubles with each failure, with a quarter of jitter so that many runs do not retry at once. */
  #pauseAfter(error: Error, failures: number): number {
    const { firstPauseMs, longestPauseMs } = this.#pace;
    const asked = error instanceof UnavailableError ? error.retryAfterMs : 0;
    const longest = this.#isFinishing ? firstPauseMs : longestPauseMs;
    return Math.max(asked, Math.min(longest, firstPauseMs * 2 ** failures) * (1 + Math.random() / 4));
  }

  /** Opens the run and reports its address. */
  async #open(): Promise<WandbPlace> {
    const { run, server, outbox, report } = this.parts;
    const place = await this.#api.openRun(run);
    // Only checkpoints remain of a run that has ended; opening it may count as resuming.
    if (outbox.ended !== undefined) await this.#api.stream(place, { complete: true, exitcode: outbox.ended });
    const page = server.baseUrl.replace("//api.", "//");
    report(`wandb   ${page}/${place.entity}/${place.project}/runs/${place.id}`, "info");
    return place;
  }

  /** Sends the next records. */
  async #send(place: WandbPlace): Promise<void> {
    const { outbox } = this.parts;
    const batch = outbox.next(this.#pace.most), [first] = batch.records;
    if ("checkpoint" in first) await this.#sendCheckpoint(place, first.checkpoint);
    else await this.#sendRows(place, batch);
    await outbox.confirm(batch.records.length);
  }

  /** Sends a checkpoint if it still exists. If this fails, the next call continues where it stopped. */
  async #sendCheckpoint(place: WandbPlace, record: CheckpointRecord): Promise<void> {
    const upload = this.#upload ??= await this.#openCheckpoint(place, record);
    if (!upload) return;
    const began = performance.now();
    this.#isUploading = true;
    this.#stopInTime();
    try {
      await upload.run();
      this.#upload = undefined;
      this.#deadline += performance.now() - began;
    } finally {
      this.#isUploading = false;
      this.#stopInTime();
    }
  }

  /** Opens a checkpoint for upload; undefined, and reported, if its file is gone. */
  async #openCheckpoint(place: WandbPlace, record: CheckpointRecord): Promise<CheckpointUpload | undefined> {
    const { open, report } = this.parts, { path } = record;
    const source = await openRecord(record, open).catch((error) => {
      if (!(error instanceof DataError)) throw error;
      report(withoutCheckpoint(error.message), "warning");
    });
    if (!source) return undefined;
    report(`wandb   sending ${path} (${(source.size / 1e6).toFixed(1)} MB)`, "info");
    return new CheckpointUpload(this.#api, place, record, source);
  }

  /** Sends rows: files first, then the lines that refer to them. */
  async #sendRows(place: WandbPlace, { records, offset, summary }: OutboxBatch): Promise<void> {
    const files = await this.#filesOf(records);
    await this.#api.upload(place, files);
    const history = records.flatMap((record) => "history" in record ? [JSON.stringify(record.history)] : []);
    const finish = records.find((record) => "finish" in record);
    const lines = {
      "wandb-history.jsonl": { offset, content: history },
      "wandb-summary.json": { offset: 0, content: [JSON.stringify(summary)] },
    };
    await this.#api.stream(place, {
      ...(history.length > 0 ? { files: lines } : {}),
      uploaded: [...files.keys()],
      ...(finish ? { complete: true, exitcode: finish.finish } : {}),
    });
  }

  async #filesOf(records: readonly OutboxRecord[]): Promise<Map<string, Uint8Array>> {
    const files = new Map<string, Uint8Array>();
    for (const record of records) {
      if (!("file" in record)) continue;
      const bytes = await this.parts.outbox.files.load(record.file);
      if (bytes) files.set(record.file, bytes);
    }
    return files;
  }

  /** Waits, unless the run ends in the meantime. */
  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The message about a skipped checkpoint. */
export function withoutCheckpoint(reason: string): string {
  return `A checkpoint is not sent to Weights & Biases: ${reason}`;
}
