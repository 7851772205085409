import * as z from "zod";
import { readJsonLines } from "../../base/json_text.ts";
import { isTest, type Logger } from "../log.ts";
import { defineLogger, type LogFiles, type LoggerPlugin } from "./plugin.ts";

const METRICS = "metrics.jsonl", TIMINGS = "timings.jsonl";

/**
 * Writes `metrics.jsonl`, which is identical for each repetition of a run, and `timings.jsonl`, which is not: one
 * line for each row. JSON has no NaN and no infinity, so they become null.
 */
export function jsonlLogger(files: LogFiles): Logger {
  return {
    name: "jsonl",
    async write({ epoch, step, scalars, timings }) {
      for (const [name, values] of [[METRICS, scalars], [TIMINGS, timings]] as const) {
        if (Object.keys(values).length === 0) continue;
        await files.append(name, JSON.stringify({ epoch, step, ...values }) + "\n");
      }
    },
    async truncateTo(step) {
      for (const name of [METRICS, TIMINGS]) {
        const bytes = await files.load(name);
        if (bytes) await files.write(name, keptLines(new TextDecoder().decode(bytes), name, step));
      }
    },
  };
}

/** The complete lines up to a step, except those of the test. */
function keptLines(text: string, name: string, step: number): string {
  const lines = text.split("\n"), rows = readJsonLines(text, name) as { readonly step: number }[];
  const isKept = (row: { readonly step: number }) => row.step <= step && !Object.keys(row).some(isTest);
  const kept = lines.filter((_, i) => i < rows.length && isKept(rows[i]));
  return kept.map((line) => line + "\n").join("");
}

/** The plug-in. */
export const jsonl: LoggerPlugin = defineLogger({
  options: z.strictObject({}).describe("metrics.jsonl and timings.jsonl"),
  make: (_, { files, folder }) => jsonlLogger(files(folder)),
});
