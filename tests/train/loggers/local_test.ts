/** metrics.jsonl, timings.jsonl and metrics.csv: what they hold, and that a run which goes on leaves the same files. */
import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { DataError } from "../../../src/base/errors.ts";
import { rng } from "../../../src/base/rng.ts";
import { makeLoggers } from "../../../src/train/loggers/mod.ts";
import { Outbox } from "../../../src/train/loggers/wandb/outbox.ts";
import { loggerContext, MemoryFiles } from "./memory_files.ts";
import { randomRun, row } from "./rows.ts";

const local = (files: MemoryFiles) => makeLoggers({}, loggerContext(files));

Deno.test("metrics.jsonl has a line a row, timings.jsonl what depends on the clock", async () => {
  const files = new MemoryFiles();
  for (const logger of local(files)) {
    await logger.write(row(0, 4, { scalars: { a: 1, b: NaN }, timings: { "time/s": 2 } }));
    await logger.write(row(0, 5, { timings: { "time/s": 3 } }));
    await logger.write(row(0, 6, { texts: { note: "no scalar" } }));
  }
  assertEquals(files.text("run/metrics.jsonl"), '{"epoch":0,"step":4,"a":1,"b":null}\n');
  assertEquals(
    files.text("run/timings.jsonl"),
    '{"epoch":0,"step":4,"time/s":2}\n{"epoch":0,"step":5,"time/s":3}\n',
  );
});

Deno.test("metrics.csv gets a column for each new name, and old lines are filled up", async () => {
  const files = new MemoryFiles();
  const [, csv] = local(files);
  await csv.write(row(0, 1, { scalars: { a: .5 } }));
  await csv.write(row(0, 2, { scalars: { 'with "quotes", and a comma': NaN } }));
  await csv.write(row(1, 3, { scalars: { a: 1e-9 } }));
  assertEquals(
    files.text("run/metrics.csv"),
    'epoch,step,a,"with ""quotes"", and a comma"\n0,1,0.5,\n0,2,,NaN\n1,3,1e-9,\n',
  );
});

Deno.test("a run that is killed anywhere and goes on leaves the same metrics, bit for bit", async () => {
  const random = rng(11, "killed");
  for (let trial = 0; trial < 60; trial++) {
    const rows = randomRun(random, 4);
    const whole = new MemoryFiles(), killed = new MemoryFiles();
    for (const logger of local(whole)) for (const one of rows) await logger.write(one);

    const reached = 1 + random.integer(rows.length), checkpoint = random.integer(reached + 1);
    for (const logger of local(killed)) for (const one of rows.slice(0, reached)) await logger.write(one);
    const step = checkpoint === 0 ? 0 : rows[checkpoint - 1].step;
    const after = rows.findIndex((one) => one.step > step || "test/loss" in one.scalars);
    for (const path of [...killed.all.keys()]) {
      // A kill tears what was written after the checkpoint, never what was there before.
      const kept = whole.text(path), now = killed.text(path);
      const end = now.length - random.integer(Math.min(9, now.length));
      if (reached > checkpoint && kept.length > 0) killed.tear(path, Math.max(end, lengthAt(now, step)));
    }
    for (const logger of local(killed)) {
      await logger.truncateTo(step);
      for (const one of rows.slice(after)) await logger.write(one);
    }
    for (const name of ["metrics.jsonl", "metrics.csv"]) {
      assertEquals(killed.text(`run/${name}`), whole.text(`run/${name}`), `trial ${trial}`);
    }
  }
});

/** The bytes of all lines up to a step. */
function lengthAt(text: string, step: number): number {
  const steps = text.split("\n").map((line) =>
    Number(/"step":(\d+)/.exec(line)?.[1] ?? /^\d+,(\d+)/.exec(line)?.[1] ?? 0)
  );
  const last = steps.findLastIndex((one, i) => one <= step && text.split("\n")[i] !== "");
  return text.split("\n").slice(0, last + 1).join("\n").length + 1;
}

Deno.test("without truncateTo() the same run would leave other metrics", async () => {
  const rows = randomRun(rng(1, "control"), 2);
  const whole = new MemoryFiles(), killed = new MemoryFiles();
  for (const logger of local(whole)) for (const one of rows) await logger.write(one);
  for (const logger of local(killed)) {
    for (const one of [...rows.slice(0, 4), ...rows.slice(3)]) await logger.write(one);
  }
  assertNotEquals(killed.text("run/metrics.csv"), whole.text("run/metrics.csv"));
});

Deno.test("a damaged line of a log or an outbox is named", async () => {
  const files = new MemoryFiles(), run = files.below("run"), outbox = files.below("run/wandb");
  const lines = '{"step":0}\n{"st\n{"step":2}\n';
  await run.write("metrics.jsonl", lines);
  await outbox.write("outbox.jsonl", lines);
  const [jsonl] = local(files);
  const says = (name: string) =>
    `Cannot read "${name}:2": it is not valid JSON (Unterminated string in JSON at position 4`;
  await assertRejects(async () => await jsonl.truncateTo?.(5), DataError, says("metrics.jsonl"));
  await assertRejects(() => Outbox.open(outbox), DataError, says("wandb/outbox.jsonl"));
});
