import { sha256 } from "../../base/sha256.ts";
import * as z from "zod";
import { ConfigError, DataError } from "../../base/errors.ts";
import { pngSize } from "../../formats/tfevents.ts";
import type { Lock } from "../../base/lock.ts";
import type { Logger, LogRow, RunStatus } from "../log.ts";
import { defineLogger, type LogFiles, type LoggerContext, type LoggerPlugin } from "./plugin.ts";
import type { WandbRun, WandbServer } from "./wandb/api.ts";
import { type CheckpointRecord, checkpointRecords, randomId } from "./wandb/checkpoint_record.ts";
import { Outbox } from "./wandb/outbox.ts";
import { Sender, type SenderPace, withoutCheckpoint } from "./wandb/sender.ts";

/**
 * How long the end of a run waits for the server; a machine that is being preempted has ten seconds for everything.
 */
const LIMITS_MS: Readonly<Record<RunStatus, number>> = {
  finished: 15_000,
  failed: 2_000,
  interrupted: 2_000,
};

/** The file with the run's description for the server. */
const RUN_FILE = "run.json";

/** Where a run keeps what it logs. */
export const wandbFolder = (run: string) => `${run}/wandb`;

/** What the one process locks that may write there: the run itself, or one that sends what it left. */
export const wandbLock = (run: string) => `${wandbFolder(run)}/outbox`;

/** A run's description in its folder, with the time of its start in seconds. */
type DescribedRun = WandbRun & { readonly started: number };

/** Options of {@link wandbLogger}. */
export interface WandbParts {
  readonly run: Omit<WandbRun, "id" | "config">;
  /** Absent: rows are kept for `deno task sync`. */
  readonly server?: WandbServer | undefined;
  /** Also uploads the checkpoints of a finished run. */
  readonly logModel?: boolean;
  readonly pace?: Partial<SenderPace>;
  readonly limitsMs?: Readonly<Record<RunStatus, number>>;
}

/**
 * Logs to Weights & Biases. Rows go into an outbox in the run's folder, which a sender processes in the background
 * during training. Whatever is unsent when the run ends is sent by `deno task sync RUN`. The axis is
 * "trainer/global_step", as in Lightning.
 */
export function wandbLogger(
  { run, server, logModel = false, pace, limitsMs = LIMITS_MS }: WandbParts,
  { folder, files: below, open = absent, lock, now, report, resolve }: LoggerContext,
): Logger {
  const files = below(wandbFolder(folder));
  let claim: Promise<Lock> | undefined;
  const claimed = () => claim ??= lock(wandbLock(folder), "logs there");
  let outbox: Outbox, sender: Sender | undefined, started: number, checkpoints: CheckpointRecord[] = [];
  return {
    name: "wandb",
    async start(config) {
      await claimed();
      const opened = await openRun(files, { ...run, config: wandbConfig(config), started: seconds(now()) });
      started = opened.started;
      outbox = await Outbox.open(files);
      const parts = { run: resolveRun(opened, resolve), outbox, open, report, ...(pace ? { pace } : {}) };
      sender = server && new Sender({ ...parts, server });
    },
    async write(row) {
      const images: Record<string, unknown> = {};
      for (const [name, png] of Object.entries(row.images)) {
        const image = await imageFile(name, png, row.step);
        await files.write(image.path, png);
        await outbox.add({ step: row.step, file: image.path });
        images[name] = image;
      }
      const time = seconds(now());
      const clock = { _step: outbox.lines, _timestamp: time, _runtime: time - started };
      await outbox.add({ step: row.step, history: { ...plainValues(row), ...images, ...clock } });
    },
    async checkpoints(kept, options) {
      if (!logModel) return;
      const missing = (reason: string) => report(withoutCheckpoint(reason), "warning");
      checkpoints = await checkpointRecords(kept, options, { open, missing });
    },
    async truncateTo(step) {
      await claimed();
      await Outbox.truncateTo(files, step);
    },
    async finish(status) {
      // The end comes first: a run is over even while its checkpoints are being uploaded, or if they are refused.
      await outbox.add({ finish: status === "finished" ? 0 : 1 });
      if (status === "finished") { for (const checkpoint of checkpoints) await outbox.add({ checkpoint }); }
      const left = sender ? await sender.finish(limitsMs[status]) : outbox.left;
      if (left > 0) {
        report(
          `${left} records for Weights & Biases are not sent yet: send them with deno task sync ${folder}`,
          sender ? "warning" : "info",
        );
      }
      await (await claimed()).release();
    },
  };
}

/**
 * A run with the expressions in its description resolved, as it is sent. Those in its configuration are sent as they
 * are.
 */
export function resolveRun(run: WandbRun, resolve: (values: object) => unknown): WandbRun {
  const { config, ...description } = run;
  return { ...resolve(description) as typeof description, config };
}

/** A run as described in its folder, which is written for a new one. */
async function openRun(files: LogFiles, described: Omit<DescribedRun, "id">): Promise<DescribedRun> {
  const known = await readRun(files);
  if (known) return known;
  const run = { ...described, id: randomId(8) };
  await files.write(RUN_FILE, JSON.stringify(run, null, 2) + "\n");
  return run;
}

/** A run as described in its folder. */
export async function readRun(files: LogFiles): Promise<DescribedRun | undefined> {
  const bytes = await files.load(RUN_FILE);
  return bytes && JSON.parse(new TextDecoder().decode(bytes));
}

/**
 * The server from the environment: WANDB_BASE_URL, WANDB_API_KEY.
 * @throws ConfigError if the key is missing or the address is invalid
 */
export function wandbServer(env: (name: string) => string | undefined): WandbServer {
  const baseUrl = (env("WANDB_BASE_URL") || "https://api.wandb.ai").replace(/\/+$/, "");
  const apiKey = env("WANDB_API_KEY");
  if (!URL.canParse(baseUrl)) {
    throw new ConfigError(
      `Cannot use WANDB_BASE_URL=${baseUrl}: it must be an address such as https://host`,
    );
  }
  if (!apiKey) {
    throw new ConfigError(
      "Cannot log to Weights & Biases: WANDB_API_KEY is not set; set it, or set WANDB_MODE=offline to keep the records",
    );
  }
  return { baseUrl, apiKey };
}

/** The values of a row in the server's JSON, which spells NaN and the infinities by name. */
function plainValues({ scalars, timings, texts, epoch, step }: LogRow): Record<string, unknown> {
  const numbers = Object.entries({ ...scalars, ...timings, epoch, "trainer/global_step": step }).map((
    [name, value],
  ) => [name, Number.isFinite(value) ? value : String(value)]);
  return { ...Object.fromEntries(numbers), ...texts };
}

/** How a line of history refers to an image. */
async function imageFile(name: string, png: Uint8Array, step: number) {
  const hash = (await sha256(png)).toHex();
  const path = `media/images/${name.replaceAll(/[^\w.-]/g, "_")}_${step}_${hash.slice(0, 20)}.png`;
  return { _type: "image-file", path, sha256: hash, size: png.length, format: "png", ...pngSize(png) };
}

/** A configuration in the server's format, with the rule that all values are plotted over trainer/global_step. */
function wandbConfig(config: object): object {
  const values = Object.entries(config).map(([key, value]) => [key, { value, desc: null }]);
  const metrics = [{ "1": "trainer/global_step", "6": [3] }, { "2": "*", "5": 1, "6": [1] }];
  return { ...Object.fromEntries(values), _wandb: { value: { m: metrics }, desc: null } };
}

/** Opens no files; used if the run has none. */
const absent = (path: string) =>
  Promise.reject(new DataError(`Cannot open ${path}: this run reads no files`));

const seconds = (time: Date) => time.getTime() / 1000;

/** Does nothing. */
const disabled: Logger = { name: "wandb", write: async () => {}, truncateTo: async () => {} };

const options = z.strictObject({
  project: z.string().min(1).default("classifier-training").describe("Project"),
  name: z.string().min(1).nullable().default(null).describe("Name of the run; null: the experiment"),
  entity: z.string().min(1).nullable().default(null).describe("Team or user"),
  group: z.string().min(1).nullable().default(null).describe("Group of runs"),
  tags: z.array(z.string().min(1)).default([]).describe("Tags"),
  notes: z.string().nullable().default(null).describe("Text about the run"),
  offline: z.boolean().default(false).describe("Keep the records for deno task sync"),
  log_model: z.boolean().default(false).describe("Upload the checkpoints of a finished run"),
});

/** The plug-in; WANDB_MODE=online|offline|disabled takes precedence over `offline`. */
export const wandb: LoggerPlugin = defineLogger({
  options: options.describe("Weights & Biases"),
  make({ offline, log_model: logModel }, context) {
    const mode = context.env("WANDB_MODE") || (offline ? "offline" : "online");
    const { project, name, entity, group, tags, notes } = context.kept.logging.wandb as z.output<
      typeof options
    >;
    const run = { project, name: name ?? context.kept.experiment, entity, group, tags, notes };
    if (mode === "disabled") return disabled;
    if (mode === "offline") return wandbLogger({ run, logModel }, context);
    if (mode === "online") return wandbLogger({ run, logModel, server: wandbServer(context.env) }, context);
    throw new ConfigError(`Cannot use WANDB_MODE=${mode}: it must be online, offline or disabled`);
  },
});
