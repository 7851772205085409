/** Checkpoints to Weights & Biases: versions of an artifact, sent when the run has ended, or by sync. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import { float32 } from "../../../src/formats/safetensors.ts";
import { writeSealed } from "../../../src/formats/sealed.ts";
import { sync } from "../../../src/tasks/sync.ts";
import type { KeptCheckpoint, RunStatus } from "../../../src/train/log.ts";
import { wandb, wandbLogger } from "../../../src/train/loggers/wandb.ts";
import { Outbox } from "../../../src/train/loggers/wandb/outbox.ts";
import { hostOf } from "./host_of.ts";
import { loggerContext, MemoryFiles } from "./memory_files.ts";
import { row } from "./rows.ts";
import { type Fault, WandbServer } from "./wandb_server.ts";

const run = { project: "classifier-training", entity: null, name: "train", group: null, tags: [] };
const pace = { periodMs: 2, firstPauseMs: 2, longestPauseMs: 20, heartbeatMs: 10_000, most: 5 };
const policy = { monitor: "val/acc_top1", mode: "max", save_top_k: 2, save_last: true };
const STEPS = ["create", "manifest", "files", "put", "manifest+", "put manifest", "commit"];

/** A checkpoint of this step: a few random weights. */
function checkpoint(step: number): Promise<Uint8Array> {
  const random = rng(step, "checkpoint"),
    values = Float32Array.from({ length: 33 + step }, () => random.normal());
  return writeSealed(
    new Map([["fc.weight", float32([values.length], values)]]),
    new Map([["step", `${step}`]]),
  );
}

/** What model_checkpoint hands over of these steps, the first of which is the best, and the files. */
async function kept(files: MemoryFiles, steps: readonly number[], last?: number): Promise<KeptCheckpoint[]> {
  const all: KeptCheckpoint[] = steps.map((step, i) => {
    return {
      path: `checkpoints/train/epoch=0${step}.safetensors`,
      step,
      score: 1 / step,
      isBest: i === 0,
    };
  });
  if (last !== undefined) {
    all.push({
      path: "checkpoints/train/last.safetensors",

      step: last,
      score: NaN,
      isBest: false,
    });
  }
  for (const { path, step } of all) files.all.set(path, await checkpoint(step));
  return all.toSorted((a, b) => a.step - b.step);
}

interface Options {
  readonly logModel?: boolean;
  readonly offline?: boolean;
  readonly status?: RunStatus;
  readonly limitMs?: number;
  readonly timeoutMs?: number;
}

/** A run of two rows that leaves these checkpoints; gives what it reports. */
async function trained(
  server: WandbServer,
  files: MemoryFiles,
  checkpoints: readonly KeptCheckpoint[],
  { logModel = true, offline = false, status = "finished", limitMs = 20_000, timeoutMs = 5_000 }: Options =
    {},
): Promise<string[]> {
  const address = offline ? undefined : { baseUrl: server.url, apiKey: "secret", timeoutMs },
    reports: string[] = [];
  const limitsMs = { finished: limitMs, failed: limitMs, interrupted: limitMs };
  const log = wandbLogger(
    { run, server: address, logModel, pace, limitsMs },
    loggerContext(files, {}, reports),
  );
  await log.start?.({});
  await log.write(row(0, 1, { scalars: { a: 1 } }));
  await log.checkpoints?.(checkpoints, policy);
  await log.write(row(0, 2, { scalars: { "test/loss": 2 } }));
  await log.finish?.(status);
  return reports.filter((line) => !line.startsWith("debug"));
}

const left = async (files: MemoryFiles) => (await Outbox.open(files.below("run/wandb"))).left;

/** Checks that the server has these checkpoints whole, by their steps, and each file once. */
async function expectVersions(server: WandbServer, steps: Readonly<Record<string, number>>): Promise<void> {
  const versions = server.artifacts.committed();
  assertEquals([...versions.keys()].sort(), Object.keys(steps).sort());
  for (const [name, step] of Object.entries(steps)) {
    assertEquals(server.artifacts.fileOf(versions.get(name)!), await checkpoint(step), name);
  }
  assertEquals(server.artifacts.log.filter((entry) => entry === "put").length, Object.keys(steps).length);
}

Deno.test("a finished run's checkpoints become versions of model-RUN, after all rows and the end", async () => {
  await using server = new WandbServer();
  const files = new MemoryFiles(), seen: [exits: number, step: string][] = [];
  server.fault = () => {
    seen.push([server.exits.length, server.artifacts.log.at(-1) ?? ""]);
    return "none";
  };
  const reports = await trained(server, files, await kept(files, [2, 3], 5));
  assertEquals(server.artifacts.log, [...STEPS, ...STEPS, ...STEPS]);
  assert(seen.every(([exits, step]) => step === "" || exits === 1), "a checkpoint came before the end");
  await expectVersions(server, {
    "epoch=02.safetensors": 2,
    "epoch=03.safetensors": 3,
    "last.safetensors": 5,
  });

  const [best, second, last] = server.artifacts.versions;
  assertEquals([best.collection, best.type, best.run], [
    `model-${server.run.name}`,
    "model",
    server.run.name,
  ]);
  assertEquals([best.aliases, second.aliases, last.aliases], [["best"], [], ["latest"]]);
  assertEquals(best.metadata, {
    score: .5,
    original_filename: "epoch=02.safetensors",
    step: 2,
    ModelCheckpoint: policy,
  });
  assertEquals(last.metadata.score, null);
  assertEquals([server.history.length, server.exits, await left(files)], [2, [0], 0]);
  assertMatch(reports[1], /^info: wandb {3}sending checkpoints\/train\/epoch=02\.safetensors \(0\.0 MB\)$/);
  assertEquals(reports.length, 4);
});

Deno.test("the last that is the same file as the best is one version, latest and best", async () => {
  await using server = new WandbServer();
  const files = new MemoryFiles();
  await trained(server, files, await kept(files, [4, 3], 4));
  const names = server.artifacts.versions.map((
    { metadata, aliases },
  ) => [metadata.original_filename, ...aliases]);
  assertEquals(names, [["epoch=03.safetensors"], ["epoch=04.safetensors", "latest", "best"]]);
});

for (const [i, step] of STEPS.entries()) {
  Deno.test(`what is confirmed is not done again when ${step} fails or its answer is lost`, async () => {
    for (const fault of ["500", "500 after", "drop"] as const) {
      await using server = new WandbServer();
      const files = new MemoryFiles();
      let hasFailed = false;
      server.fault = () => {
        if (hasFailed || server.exits.length === 0 || server.artifacts.log.length !== i) return "none";
        hasFailed = true;
        return fault;
      };
      await trained(server, files, await kept(files, [3]));
      await expectVersions(server, { "epoch=03.safetensors": 3 });
      const isLost = fault.endsWith("after");
      // A put is asked for anew with its address; of a file that has arrived the server gives none.
      const again: Record<string, string[]> = {
        put: isLost ? ["put", "files"] : ["files", "put"],
        "put manifest": isLost
          ? ["put manifest", "manifest+", "put manifest"]
          : ["manifest+", "put manifest"],
      };
      const repeated = again[step] ?? (isLost ? [step, step] : [step]);
      assertEquals(server.artifacts.log, [...STEPS.slice(0, i), ...repeated, ...STEPS.slice(i + 1)], fault);
      assert(hasFailed);
      assertEquals(server.artifacts.versions.length, 1);
    }
  });
}

const FAULTS: Fault[] = ["500", "429", "hang", "drop", "500 after", "hang after"];

for (const seed of [1, 2, 3]) {
  Deno.test(`each checkpoint arrives whole and once at a server that fails at random (${seed})`, async () => {
    const random = rng(seed, "faults");
    await using server = new WandbServer(() =>
      random.uniform() < .7 ? "none" : FAULTS[random.integer(FAULTS.length)]
    );
    const files = new MemoryFiles();
    await trained(server, files, await kept(files, [4, 2, 1], 6), { timeoutMs: 250 });
    const best = { "epoch=01.safetensors": 1, "epoch=02.safetensors": 2, "epoch=04.safetensors": 4 };
    await expectVersions(server, { ...best, "last.safetensors": 6 });
    assertEquals([server.artifacts.versions.length, await left(files)], [4, 0]);
  });
}

Deno.test("sync sends the checkpoints of an offline run", async () => {
  await using server = new WandbServer();
  const files = new MemoryFiles(), printed: string[] = [];
  const reports = await trained(server, files, await kept(files, [2], 3), { offline: true });
  assertEquals(server.requests, 0);
  assertEquals(reports, [
    "info: 5 records for Weights & Biases are not sent yet: send them with deno task sync run",
  ]);
  const outbox = files.all.get("run/wandb/outbox.jsonl")!;
  assert(
    outbox.length < 2500,
    `The outbox has ${outbox.length} bytes: it is to name files, not to hold them`,
  );
  assertEquals(await sync(hostOf(files, server, printed), ["run"]), 0);
  await expectVersions(server, { "epoch=02.safetensors": 2, "last.safetensors": 3 });
  assertEquals([server.history.length, server.exits], [2, [0]]);
  assertEquals(printed.at(-1), "sync    run: 5 of 5 records sent");
  assertEquals(await sync(hostOf(files, server, printed), ["run"]), 0);
  assertEquals([server.artifacts.log.length, server.artifacts.versions.length], [14, 2]);
});

Deno.test("a server that hangs at a checkpoint does not hold up the end, and sync goes on from there", async () => {
  let isHanging = true;
  await using server = new WandbServer();
  server.fault = ({ method }) =>
    isHanging && method === "PUT" && server.artifacts.log.length > 7 ? "hang" : "none";
  const files = new MemoryFiles(), printed: string[] = [];
  const began = performance.now();
  const reports = await trained(server, files, await kept(files, [2], 3), { limitMs: 400, timeoutMs: 250 });
  assert(performance.now() - began < 2000);
  assertEquals(
    reports.at(-1),
    "warning: 1 records for Weights & Biases are not sent yet: send them with deno task sync run",
  );
  assertEquals([...server.artifacts.committed().keys()], ["epoch=02.safetensors"]);
  isHanging = false;
  assertEquals(await sync(hostOf(files, server, printed), ["run"]), 0);
  await expectVersions(server, { "epoch=02.safetensors": 2, "last.safetensors": 3 });
  assertEquals([server.artifacts.versions.length, server.history.length, server.repeated], [2, 2, 0]);
  assertEquals(server.exits, [0, 0]); // opened again, and said to be over again
});

Deno.test("a checkpoint on its way takes the time that it takes", async () => {
  await using server = new WandbServer();
  server.fault = ({ method }) => method === "PUT" ? "slow" : "none"; // 100 ms, six times
  const files = new MemoryFiles();
  await trained(server, files, await kept(files, [2, 3], 4), { limitMs: 300 });
  await expectVersions(server, {
    "epoch=02.safetensors": 2,
    "epoch=03.safetensors": 3,
    "last.safetensors": 4,
  });
  assertEquals(await left(files), 0);
});

Deno.test("a checkpoint that is gone or another's by the time it is sent is said and passed over", async () => {
  await using server = new WandbServer();
  const files = new MemoryFiles(), printed: string[] = [];
  await trained(server, files, await kept(files, [2, 3], 5), { offline: true });
  files.all.delete("checkpoints/train/epoch=03.safetensors");
  files.all.set("checkpoints/train/last.safetensors", await checkpoint(9));
  assertEquals(await sync(hostOf(files, server, printed), ["run"]), 0);
  await expectVersions(server, { "epoch=02.safetensors": 2 });
  assertEquals(printed.filter((line) => line.includes("A checkpoint is not sent")), [
    'A checkpoint is not sent to Weights & Biases: Cannot open "checkpoints/train/epoch=03.safetensors": it does not exist',
    "A checkpoint is not sent to Weights & Biases: Cannot send checkpoints/train/last.safetensors: another run has overwritten it",
  ]);
});

Deno.test("a checkpoint that is not there when the training ends does not fail it", async () => {
  await using server = new WandbServer();
  const files = new MemoryFiles(), checkpoints = await kept(files, [2], 3);
  files.all.delete("checkpoints/train/last.safetensors");
  const reports = await trained(server, files, checkpoints);
  await expectVersions(server, { "epoch=02.safetensors": 2 });
  assertEquals(reports.filter((line) => line.startsWith("warning")).length, 1);
});

Deno.test("a server that refuses a checkpoint has the run with its end all the same", async () => {
  await using server = new WandbServer();
  const files = new MemoryFiles();
  server.refuses = (query) => query.includes("CreateArtifact") ? "storage limit exceeded" : undefined;
  const reports = await trained(server, files, await kept(files, [2]));
  assertEquals([server.history.length, server.exits, await left(files)], [2, [0], 1]);
  assertEquals(reports.filter((line) => line.startsWith("warning")), [
    "warning: Weights & Biases refuses further records: storage limit exceeded",
    "warning: 1 records for Weights & Biases are not sent yet: send them with deno task sync run",
  ]);
});

Deno.test("checkpoints are sent neither of a run that did not finish nor without log_model", async () => {
  for (const options of [{ status: "failed" }, { status: "interrupted" }, { logModel: false }] as const) {
    await using server = new WandbServer();
    const files = new MemoryFiles();
    await trained(server, files, await kept(files, [2]), options);
    assertEquals([server.artifacts.log, server.exits.length, await left(files)], [[], 1, 0]);
  }
  const files = new MemoryFiles(), options = wandb.options.parse({ offline: true, log_model: true });
  const log = wandb.make(options, loggerContext(files));
  await log.start?.({});
  await log.checkpoints?.(await kept(files, [2]), policy);
  await log.finish?.("finished");
  assertEquals(await left(files), 2);
});

Deno.test("what a finished run would have sent is forgotten where it goes on", async () => {
  await using server = new WandbServer();
  const files = new MemoryFiles();
  await trained(server, files, await kept(files, [2], 3), { offline: true });
  await wandbLogger({ run }, loggerContext(files)).truncateTo(1);
  assertEquals(await left(files), 1);
});

Deno.test("a finished run that goes on sends its new checkpoints, and nothing that is there already", async () => {
  await using server = new WandbServer();
  const files = new MemoryFiles();
  await trained(server, files, await kept(files, [2], 3));
  const log = wandbLogger({ run, logModel: true }, loggerContext(files));
  await log.truncateTo(1);
  assertEquals(await left(files), 0);
  await trained(server, files, await kept(files, [2], 6));
  const versions = server.artifacts.versions.map(({ metadata, aliases }) => [metadata.step, ...aliases]);
  assertEquals(versions, [[2, "best"], [3], [6, "latest"]]);
  assertEquals(server.artifacts.log.length, 7 + 7 + 1 + 7);
});
