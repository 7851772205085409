import { append } from "../../base/lists.ts";
import * as z from "zod";
import { csvCells, csvLine } from "../../base/csv.ts";
import { isTest, type Logger, type Scalars } from "../log.ts";
import { defineLogger, type LogFiles, type LoggerPlugin } from "./plugin.ts";

const METRICS = "metrics.csv";

/**
 * Writes `metrics.csv`: a column for each name in order of first appearance, a line for each row, and empty fields
 * where a row has no such value. A new name gets a column, for which the file is rewritten.
 */
export function csvLogger(files: LogFiles): Logger {
  let columns: string[] | undefined;
  const load = async () => {
    const bytes = await files.load(METRICS);
    const [header, ...lines] = bytes ? new TextDecoder().decode(bytes).split("\n").slice(0, -1) : [];
    return { columns: header === undefined ? ["epoch", "step"] : csvCells(header), lines };
  };
  const rewrite = (names: readonly string[], lines: readonly string[]) =>
    files.write(
      METRICS,
      [csvLine(names.map((name) => name.replaceAll(/[\r\n]/g, " "))), ...lines].map((line) => line + "\n")
        .join(""),
    );

  return {
    name: "csv",
    async write({ epoch, step, scalars }) {
      const names = Object.keys(scalars);
      if (names.length === 0) return;
      const values: Scalars = { epoch, step, ...scalars };
      columns ??= (await load()).columns;
      const added = names.filter((name) => !columns!.includes(name));
      if (added.length > 0) {
        const { lines } = await load();
        append(columns, added);
        await rewrite(columns, lines.map((line) => line + ",".repeat(added.length)));
      }
      await files.append(METRICS, columns.map((name) => values[name] ?? "").join(",") + "\n");
    },
    async truncateTo(step) {
      const { columns: names, lines } = await load();
      const rows = lines.map((line) => line.split(",")).filter((row) =>
        Number(row[1]) <= step && !names.some((name, i) => isTest(name) && row[i] !== "")
      );
      // Columns that occur only in the removed rows might have another position in a run that was never interrupted.
      const kept = names.map((_, i) => i).filter((i) => i < 2 || rows.some((row) => row[i] !== ""));
      columns = kept.map((i) => names[i]);
      if (lines.length > 0) await rewrite(columns, rows.map((row) => kept.map((i) => row[i]).join(",")));
    },
  };
}

/** As a plug-in. */
export const csv: LoggerPlugin = defineLogger({
  options: z.strictObject({}).describe("metrics.csv"),
  make: (_, { files, folder }) => csvLogger(files(folder)),
});
