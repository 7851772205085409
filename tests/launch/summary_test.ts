import { assertStringIncludes } from "@std/assert";
import type { SweepPlan } from "../../src/config/mod.ts";
import { summaryLines } from "../../src/launch/summary.ts";
import type { JobResult } from "../../src/setup/run_result.ts";

Deno.test("the table of a sweep shows small values with three digits, and others with four decimals", () => {
  const plan = {
    folder: "multirun/a",
    jobs: [["optimizer=sgd"], ["optimizer=lion"]],
  } as unknown as SweepPlan;
  const result = (suggestion: number) =>
    ({ code: 0, seconds: 1, metrics: new Map([["lr_find/suggestion", suggestion]]) }) as unknown as JobResult;
  const text = summaryLines(plan, new Map([[0, result(0.125)], [1, result(7.3123e-7)]]), "train").join("\n");
  assertStringIncludes(text, " 0.1250 ");
  assertStringIncludes(text, " 7.31e-7 ");
});
