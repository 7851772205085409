import { Float } from "../../base/float.ts";
import * as z from "zod";
import {
  eventRecord,
  fileHeader,
  type Hparam,
  imageValue,
  readEvents,
  scalarValue,
  SESSION_END,
  sessionEnd,
  sessionStart,
  type SummaryValue,
  textValue,
} from "../../formats/tfevents.ts";
import { isTest, type Logger } from "../log.ts";
import { defineLogger, type LogFiles, type LoggerPlugin } from "./plugin.ts";

/** Tag of the configuration as text. */
const CONFIG = "config";

/** The single event file of a run; its name stays the same when the run is resumed. */
const FILE = "events.out.tfevents.0.wgrad";

/**
 * Writes an event file: scalars and timings, images, texts, and the configuration as hyperparameters and text. A row
 * is one record, so that a kill damages at most the last row.
 */
export function tensorboardLogger(files: LogFiles, now: () => Date): Logger {
  let isBegun = false, lastStep = 0;
  const load = async () => await files.load(FILE) ?? new Uint8Array();
  const seconds = () => now().getTime() / 1000;
  const append = async (step: number, values: readonly SummaryValue[]) => {
    if (!isBegun && (await load()).length === 0) await files.append(FILE, fileHeader(seconds()));
    isBegun = true;
    lastStep = step;
    await files.append(FILE, eventRecord(seconds(), step, values));
  };
  return {
    name: "tensorboard",
    async start(config) {
      const events = [...readEvents(await load())];
      lastStep = events.at(-1)?.step ?? 0;
      if (events.some(({ tags }) => tags.includes(CONFIG))) return; // a resumed run has already written it
      const text = "```json\n" + JSON.stringify(config, null, 2) + "\n```";
      await append(0, [sessionStart(hparams(config), seconds()), textValue(CONFIG, text)]);
    },
    write: ({ step, scalars, timings, images, texts }) =>
      append(step, [
        ...Object.entries({ ...scalars, ...timings }).map(([tag, value]) => scalarValue(tag, value)),
        ...Object.entries(images).map(([tag, png]) => imageValue(tag, png)),
        ...Object.entries(texts).map(([tag, text]) => textValue(tag, text)),
      ]),
    async truncateTo(step) {
      const file = await load();
      let length = 0;
      for (const { end, step: at, tags } of readEvents(file)) {
        if (at > step || tags.some((tag) => isTest(tag) || tag === SESSION_END)) break;
        length = end;
      }
      if (length < file.length) await files.write(FILE, file.subarray(0, length));
    },
    finish: (status) => append(lastStep, [sessionEnd(status === "finished", seconds())]),
  };
}

/** The leaves of a configuration by their keys, such as "optimizer.lr"; lists as JSON, without nulls. */
export function hparams(config: object, prefix = ""): Record<string, Hparam> {
  const entries = Object.entries(config).flatMap(([key, value]): [string, Hparam][] => {
    const name = prefix + key;
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return [[name, JSON.stringify(value)]];
    if (value instanceof Float) return [[name, value.value]];
    return typeof value === "object" ? Object.entries(hparams(value, `${name}.`)) : [[name, value]];
  });
  return Object.fromEntries(entries);
}

/** The plug-in. */
export const tensorboard: LoggerPlugin = defineLogger({
  options: z.strictObject({
    save_dir: z.string().min(1).nullable().default(null).describe(
      "Folder of the event files; null: tensorboard in the run's folder",
    ),
    name: z.string().min(1).nullable().default(null).describe("Name of the run; null: the experiment"),
  }).describe("TensorBoard event files"),
  make({ save_dir, name }, { folder, experiment, files, now }) {
    const run = name ?? experiment;
    // Runs that share a folder are distinguished by date and time, the last two parts of their own folders.
    const own = folder.split("/").filter((part) => part !== "").slice(-2).join("_");
    const place = save_dir === null ? `${folder}/tensorboard/${run}` : `${save_dir}/${run}/${own}`;
    return tensorboardLogger(files(place), now);
  },
});
