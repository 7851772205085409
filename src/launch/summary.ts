/** The table at the end of a sweep: a line for each job with its distinguishing overrides and its result. */

import { textTable } from "../base/text_table.ts";
import type { SweepPlan } from "../config/mod.ts";
import type { JobResult } from "../setup/run_result.ts";
import { distinct } from "../train/report/run_names.ts";

/** The lines of the table, with instructions for jobs that failed or did not run. */
export function summaryLines(
  { folder, jobs }: SweepPlan,
  results: ReadonlyMap<number, JobResult>,
  task: string,
): string[] {
  const metrics = [...new Set([...results.values()].flatMap((result) => [...result.metrics.keys()]))];
  const heading = ["job", "overrides", "result", ...metrics, "time"];
  const rows = jobs.map((job, number) => {
    const result = results.get(number);
    const values = metrics.map((name) => format(result?.metrics.get(name)));
    const time = result ? `${result.seconds.toFixed(1)} s` : "";
    return [String(number), distinct(job, jobs), outcome(result), ...values, time];
  });
  const failed = [...results].filter(([, { code }]) => code !== 0);
  const missing = jobs.length - results.size;
  const counts = [
    `${results.size - failed.length} done`,
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(missing > 0 ? [`${missing} not run`] : []),
  ];
  return [
    "",
    ...textTable([heading, ...rows], [1, 2]),
    "",
    ...failed.map(([number, { error }]) => `job ${number}: ${(error ?? "").split("\n")[0]}`),
    `sweep   ${folder}: ${counts.join(", ")}`,
    ...(failed.length + missing > 0
      ? [`        run the remaining jobs with deno task ${task} --resume ${folder}`]
      : []),
    ...(results.size - failed.length > 1 ? [`        compare the runs with deno task report ${folder}`] : []),
  ];
}

function outcome(result: JobResult | undefined): string {
  if (result === undefined) return "not run";
  return result.code === 0 ? "done" : `failed (${result.code})`;
}

/** Four decimals, or three digits of what is smaller, such as a learning rate. */
function format(value: number | undefined): string {
  if (value === undefined) return "";
  return value !== 0 && Math.abs(value) < 1e-3 ? String(Number(value.toPrecision(3))) : value.toFixed(4);
}
