/** Records for Weights & Biases, stored in the run's folder before they are sent, so that a kill loses nothing. */
import { readJsonLines } from "../../../base/json_text.ts";
import { isTest } from "../../log.ts";
import type { LogFiles } from "../plugin.ts";
import type { CheckpointRecord } from "./checkpoint_record.ts";

/** One thing to send. */
export type OutboxRecord =
  /** A line of the run's history. */
  | { readonly step: number; readonly history: Readonly<Record<string, unknown>> }
  /** A file next to the outbox. */
  | { readonly step: number; readonly file: string }
  | { readonly finish: number }
  /** A file elsewhere, of which only the name is stored here. */
  | { readonly checkpoint: CheckpointRecord };

/** Records to send now, and what the server needs to know about earlier ones. */
export interface OutboxBatch {
  readonly records: readonly OutboxRecord[];
  /** Lines of history before these. */
  readonly offset: number;
  /** The latest value of each name, including these records. */
  readonly summary: Readonly<Record<string, unknown>>;
}

const RECORDS = "outbox.jsonl", SENT = "sent.json";

/** The records of a run in order. A kill at any moment loses no record; at worst some are sent twice. */
export class Outbox {
  /** Records that the server has not confirmed. */
  #pending: OutboxRecord[] = [];
  #sent = 0;
  #offset = 0;
  #summary: Record<string, unknown> = {};
  #ended: number | undefined;

  private constructor(readonly files: LogFiles) {}

  /** Reads a folder's outbox; a partial last line left by a kill is removed. */
  static async open(files: LogFiles): Promise<Outbox> {
    const outbox = new Outbox(files);
    const text = await outbox.#text(RECORDS);
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole !== text) await files.write(RECORDS, whole);
    const records = readJsonLines(whole, `wandb/${RECORDS}`) as OutboxRecord[];
    const sent = Math.min(records.length, JSON.parse(await outbox.#text(SENT) || '{"records":0}').records);
    outbox.#pending = records;
    outbox.#pass(sent);
    return outbox;
  }

  /** Number of records waiting to be sent. */
  get left(): number {
    return this.#pending.length;
  }

  /** Lines of history so far. */
  get lines(): number {
    return this.#offset + this.#pending.filter((record) => "history" in record).length;
  }

  /** The exit code that the server has confirmed, if any. */
  get ended(): number | undefined {
    return this.#ended;
  }

  async add(record: OutboxRecord): Promise<void> {
    await this.files.append(RECORDS, JSON.stringify(record) + "\n");
    this.#pending.push(record);
  }

  /** The next records to send, at most `most`; a checkpoint is sent alone. */
  next(most: number): OutboxBatch {
    const checkpoint = this.#pending.findIndex((record) => "checkpoint" in record);
    const records = this.#pending.slice(0, checkpoint < 0 ? most : Math.min(most, checkpoint || 1));
    const summary = { ...this.#summary };
    for (const record of records) if ("history" in record) Object.assign(summary, record.history);
    return { records, offset: this.#offset, summary };
  }

  /** Marks the next `count` records as confirmed by the server. */
  async confirm(count: number): Promise<void> {
    this.#pass(count);
    await this.files.write(SENT, JSON.stringify({ records: this.#sent }) + "\n");
  }

  /**
   * Removes what came after a step. Lines that the server already has are sent again under the same offsets when the
   * run reaches them again.
   */
  static async truncateTo(files: LogFiles, step: number): Promise<void> {
    const outbox = await Outbox.open(files);
    const lines = (await outbox.#text(RECORDS)).split("\n").slice(0, -1);
    const kept = lines.filter((line) => {
      const record = JSON.parse(line) as OutboxRecord;
      if ("finish" in record || "checkpoint" in record || record.step > step) return false;
      return !("history" in record && Object.keys(record.history).some(isTest));
    });
    if (kept.length === lines.length) return;
    await files.write(SENT, JSON.stringify({ records: Math.min(outbox.#sent, kept.length) }) + "\n");
    await files.write(RECORDS, kept.map((line) => line + "\n").join(""));
  }

  #pass(count: number): void {
    for (const record of this.#pending.splice(0, count)) {
      this.#sent++;
      if ("finish" in record) this.#ended = record.finish;
      if (!("history" in record)) continue;
      this.#offset++;
      Object.assign(this.#summary, record.history);
    }
  }

  async #text(name: string): Promise<string> {
    return new TextDecoder().decode(await this.files.load(name));
  }
}
