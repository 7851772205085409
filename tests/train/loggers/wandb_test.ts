/** Weights & Biases against a server that takes, fails, hangs and loses its answers. */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import sharp from "sharp";
import { ConfigError } from "../../../src/base/errors.ts";
import { rng } from "../../../src/base/rng.ts";
import { resolveKept } from "../../../src/config/mod.ts";
import { sync } from "../../../src/tasks/sync.ts";
import type { LogRow } from "../../../src/train/log.ts";
import { readRun, resolveRun, wandb, wandbFolder, wandbLogger } from "../../../src/train/loggers/wandb.ts";
import { Outbox } from "../../../src/train/loggers/wandb/outbox.ts";
import { memoryTryLock } from "../../launch/memory_host.ts";
import { hostOf } from "./host_of.ts";
import { loggerContext, MemoryFiles } from "./memory_files.ts";
import { randomRun, row } from "./rows.ts";
import { type Fault, WandbServer } from "./wandb_server.ts";

const options = wandb.options.parse({});
const pace = { periodMs: 2, firstPauseMs: 2, longestPauseMs: 20, heartbeatMs: 10_000, most: 5 };
const run = {
  project: "classifier-training",
  entity: null,
  name: "train",
  group: null,
  tags: ["a"],
  notes: "n",
};
const limitsMs = { finished: 20_000, failed: 100, interrupted: 100 };

/** A logger that hurries, of the run in `files`. */
function logger(server: WandbServer, files: MemoryFiles, reports: string[] = []) {
  const address = { baseUrl: server.url, apiKey: "secret", timeoutMs: 60 };
  return wandbLogger({ run, server: address, pace, limitsMs }, loggerContext(files, {}, reports));
}

/** The history without what differs from run to run. */
function plain(history: readonly string[]): Record<string, unknown>[] {
  return history.map((line) => {
    const { _timestamp, _runtime, ...values } = JSON.parse(line);
    return values;
  });
}

/** What the server is to have of these rows. */
function expected(rows: readonly LogRow[]) {
  return rows.map(({ scalars, timings, epoch, step }, i) => ({
    ...scalars,
    ...timings,
    epoch,
    "trainer/global_step": step,
    _step: i,
  }));
}

const until = async (isTrue: () => boolean) => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
};

Deno.test("a run arrives with configuration, metrics, pictures on the same axis, summary and end", async () => {
  await using server = new WandbServer();
  const files = new MemoryFiles(), reports: string[] = [];
  const png = new Uint8Array(
    await sharp({ create: { width: 9, height: 5, channels: 3, background: "red" } }).png().toBuffer(),
  );
  const log = logger(server, files, reports);
  await log.start?.({ seed: 42, optimizer: { lr: 1 } });
  await log.write(row(0, 10, { scalars: { "train/loss_step": 2, "val/x": NaN } }));
  await log.write(row(0, 57, {
    scalars: { "train/loss_epoch": 1 },
    timings: { "time/images_per_second": 5 },
    images: { confusion_matrix: png },
    texts: { note: "hello" },
  }));
  await log.finish?.("finished");

  const { displayName, project, tags, notes } = server.run;
  assertEquals([displayName, project, tags, notes], ["train", run.project, ["a"], "n"]);
  const config = JSON.parse(server.run.config as string);
  assertEquals(config.optimizer, { value: { lr: 1 }, desc: null });
  assertEquals(config._wandb.value.m[1], { "2": "*", "5": 1, "6": [1] });
  const [first, second] = plain(server.history);
  assertEquals(first, {
    "train/loss_step": 2,
    "val/x": "NaN",
    epoch: 0,
    "trainer/global_step": 10,
    _step: 0,
  });
  const { confusion_matrix: image, ...rest } = second as { confusion_matrix: Record<string, unknown> };
  assertEquals(rest, {
    "train/loss_epoch": 1,
    "time/images_per_second": 5,
    note: "hello",
    epoch: 0,
    "trainer/global_step": 57,
    _step: 1,
  } as unknown);
  assertEquals([image._type, image.width, image.height, image.size], ["image-file", 9, 5, png.length]);
  assertMatch(image.path as string, /^media\/images\/confusion_matrix_57_[0-9a-f]{20}\.png$/);
  assertEquals(server.uploads.get(image.path as string), png);
  assertEquals([server.summary["train/loss_step"], server.summary["train/loss_epoch"]], [2, 1]);
  assertEquals([server.exits, server.repeated], [[0], 0]);
  assertEquals(reports, [`info: wandb   ${server.url}/me/classifier-training/runs/${server.run.name}`]);
});

const FAULTS: Fault[] = ["500", "429", "hang", "drop", "500 after", "hang after"];

for (const seed of [1, 2, 3, 4, 5, 6]) {
  Deno.test(`each line arrives once and in order at a server that fails at random (${seed})`, async () => {
    const random = rng(seed, "faults");
    await using server = new WandbServer(() =>
      random.uniform() < .5 ? "none" : FAULTS[random.integer(FAULTS.length)]
    );
    const rows = randomRun(random, 8);
    const log = logger(server, new MemoryFiles());
    await log.start?.({});
    let longest = 0;
    for (const one of rows) {
      const began = performance.now();
      await log.write(one);
      longest = Math.max(longest, performance.now() - began);
      if (random.uniform() < .3) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await log.finish?.("finished");
    assertEquals(plain(server.history), expected(rows));
    assertEquals(server.exits.every((code) => code === 0) && server.exits.length > 0, true);
    assert(longest < 50, `a write took ${longest} ms: it waited for a server that hangs for 60 ms`);
  });
}

Deno.test("a server that hangs holds up neither the rows nor the end, and sync sends what is left", async () => {
  let fault: Fault = "hang";
  await using server = new WandbServer(() => fault);
  const files = new MemoryFiles(), reports: string[] = [];
  const rows = randomRun(rng(1, "hangs"), 5);
  const log = logger(server, files, reports);
  const began = performance.now();
  await log.start?.({});
  for (const one of rows) await log.write(one);
  const written = performance.now() - began;
  await log.finish?.("interrupted");
  const ended = performance.now() - began;
  assert(written < 60 && ended < 400, `${written} ms for the rows, ${ended} ms with the end`);
  assertEquals(server.history, []);
  assertEquals(
    reports.filter((line) => !line.startsWith("debug")),
    [`warning: ${
      rows.length + 1
    } records for Weights & Biases are not sent yet: send them with deno task sync run`],
  );

  fault = "none";
  const printed: string[] = [];
  assertEquals(await sync(hostOf(files, server, printed), ["run"]), 0);
  assertEquals(plain(server.history), expected(rows));
  assertEquals(server.exits, [1]);
  assertMatch(
    printed.at(-1)!,
    new RegExp(`^sync {4}run: ${rows.length + 1} of ${rows.length + 1} records sent$`),
  );
  assertEquals(await sync(hostOf(files, server, printed), ["run"]), 0);
  assertEquals([server.history.length, server.exits, server.repeated], [rows.length, [1], 0]);
  assertEquals(printed.at(-1), "sync    run: nothing to send");
});

Deno.test("a run that is killed while it sends and goes on gives the history of one that was not", async () => {
  const random = rng(5, "killed");
  for (let trial = 0; trial < 10; trial++) {
    await using server = new WandbServer(() => random.uniform() < .2 ? "500 after" : "none");
    const rows = randomRun(random, 4), files = new MemoryFiles();
    const reached = 1 + random.integer(rows.length), sent = random.integer(reached + 1);
    const first = logger(server, files);
    await first.start?.({});
    for (const one of rows.slice(0, reached)) await first.write(one);
    await until(() => server.history.length >= sent);
    const killed = new MemoryFiles(); // the files as they are now, with half a line more
    for (const [path, bytes] of files.all) killed.all.set(path, bytes);
    await killed.below("run/wandb").append("outbox.jsonl", '{"step":99,"hist');
    await first.finish?.("failed");

    const step = rows[random.integer(reached)].step;
    const again = logger(server, killed);
    await again.truncateTo(step);
    await again.start?.({});
    for (const one of rows.filter((one) => one.step > step || "test/loss" in one.scalars)) {
      await again.write(one);
    }
    await again.finish?.("finished");
    assertEquals(plain(server.history), expected(rows), `trial ${trial}`);
  }
});

Deno.test("a server that refuses is said once, and everything is kept", async () => {
  await using server = new WandbServer();
  const files = new MemoryFiles(), reports: string[] = [];
  const context = loggerContext(files, {}, reports);
  const log = wandbLogger({ run, server: { baseUrl: server.url, apiKey: "wrong" }, pace }, context);
  server.fault = () => "none";
  await log.start?.({});
  await log.write(row(0, 1, { scalars: { a: 1 } }));
  await log.finish?.("finished");
  const said = reports.filter((line) => line.startsWith("warning"));
  assertEquals(said.length, 2, reports.join("\n"));
  assertEquals((await Outbox.open(files.below("run/wandb"))).left, 2);
});

Deno.test("a run is opened before its first row, and the server hears of it while nothing happens", async () => {
  await using server = new WandbServer();
  const address = { baseUrl: server.url, apiKey: "secret" };
  const quick = { ...pace, heartbeatMs: 10 };
  const log = wandbLogger({ run, server: address, pace: quick, limitsMs }, loggerContext(new MemoryFiles()));
  await log.start?.({});
  await until(() => server.heartbeats > 2);
  assertEquals([server.run.displayName, server.history], ["train", []]);
  await log.finish?.("finished");
  assertEquals(server.exits, [0]);
});

Deno.test("WANDB_MODE and offline decide whether the network is touched", async () => {
  const env = (values: Record<string, string>) => loggerContext(new MemoryFiles(), values);
  assertThrows(() => wandb.make(options, env({})), ConfigError, "WANDB_API_KEY is not set");
  assertThrows(
    () => wandb.make(options, env({ WANDB_MODE: "on" })),
    ConfigError,
    "online, offline or disabled",
  );
  const address = { WANDB_API_KEY: "secret", WANDB_BASE_URL: "nowhere" };
  assertThrows(() => wandb.make(options, env(address)), ConfigError, "WANDB_BASE_URL=nowhere");
  for (
    const [offline, mode, count] of [[true, "", 2], [false, "offline", 2], [true, "disabled", 0]] as const
  ) {
    const files = new MemoryFiles(), reports: string[] = [];
    const log = wandb.make({ ...options, offline }, loggerContext(files, { WANDB_MODE: mode }, reports));
    await log.start?.({});
    await log.write(row(0, 1, { scalars: { a: 1 } }));
    await log.finish?.("finished");
    assertEquals((await Outbox.open(files.below("run/wandb"))).left, count);
    assertEquals(reports.length, count > 0 ? 1 : 0);
  }
});

Deno.test("sync leaves the records of a run to the process that is still logging them", async () => {
  await using server = new WandbServer();
  const files = new MemoryFiles(), printed: string[] = [], tryLock = memoryTryLock();
  const log = wandbLogger({ run, limitsMs }, loggerContext(files, {}, [], tryLock));
  await log.start?.({});
  await log.write(row(0, 1, { scalars: { a: 1 } }));
  const whole = files.all.get("run/wandb/outbox.jsonl")!;
  files.tear("run/wandb/outbox.jsonl", 10); // as while a line is appended
  const host = hostOf(files, server, printed, tryLock);
  assertEquals(await sync(host, ["run"]), 1);
  assertEquals([printed, files.text("run/wandb/outbox.jsonl").length], [
    ["sync    run: left to this process, which logs there"],
    10,
  ]);
  files.all.set("run/wandb/outbox.jsonl", whole);
  await log.finish?.("finished");
  assertEquals([await sync(host, ["run"]), server.history.length, server.exits], [0, 1, [0]]);
});

Deno.test("sync says what is missing", async () => {
  await using server = new WandbServer();
  const host = hostOf(new MemoryFiles(), server, []);
  await assertRejects(() => sync(host, []), ConfigError, "no run given");
  await assertRejects(() => sync(host, ["run"]), ConfigError, "has no wandb/run.json");
});

Deno.test("the outbox keeps expressions of the environment, and what is sent has their values", async () => {
  await using server = new WandbServer();
  const files = new MemoryFiles(), world = { env: (name: string) => `value of ${name}`, now: new Date(0) };
  const context = {
    ...loggerContext(files),
    resolve: (values: object) => resolveKept(values, world),
  };
  const described = {
    ...run,
    name: "${oc.env:NAME}",
    tags: ["a", "${oc.env:TAG}"],
    notes: "in ${oc.env:ROOM}",
  };
  const address = { baseUrl: server.url, apiKey: "secret" };
  const log = wandbLogger({ run: described, server: address, pace, limitsMs }, context);
  await log.start?.({ data_root: "${oc.env:DATA}" });
  await log.write(row(0, 10, { scalars: { "train/loss_step": 2 } }));
  await log.finish?.("finished");
  const kept = await readRun(files.below(wandbFolder("run")));
  assertEquals([kept?.name, kept?.tags, kept?.notes], [described.name, described.tags, described.notes]);
  const { displayName, tags, notes, config } = server.run;
  assertEquals([displayName, tags, notes], ["value of NAME", ["a", "value of TAG"], "in value of ROOM"]);
  assertEquals(JSON.parse(config as string).data_root.value, "${oc.env:DATA}");
  const missing = { ...world, env: () => undefined };
  assertThrows(
    () => resolveRun(kept!, (values) => resolveKept(values, missing)),
    ConfigError,
    "the environment has no NAME",
  );
});
