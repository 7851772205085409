import { assert, assertEquals, assertRejects } from "@std/assert";
import { byteSource } from "../../src/base/byte_source.ts";
import { ConfigError } from "../../src/base/errors.ts";
import { writeSafetensors } from "../../src/formats/safetensors.ts";
import type { Host } from "../../src/setup/host.ts";
import { plainPlaces, RUNS } from "../../src/setup/run_places.ts";
import { CACHES } from "../../src/tasks/clean/find.ts";
import { clean } from "../../src/tasks/clean.ts";
import { memoryHost } from "../launch/memory_host.ts";

const MIB = 1024 ** 2;

/** A host with these files, of one MiB each; a checkpoint's text is its run, and its experiment if that is not train. */
function hostWith(paths: Readonly<Record<string, string>>) {
  const { host, lines, files, locks } = memoryHost();
  for (const [path, text] of Object.entries(paths)) files.set(path, text);
  const openFile = (path: string) => {
    const [run, experiment = "train"] = files.get(path)!.split(" of ");
    const metadata = new Map([["wgrad.run", run], ["wgrad.experiment", experiment]]);
    return Promise.resolve(byteSource(path, writeSafetensors(new Map(), metadata)));
  };
  const filesBelow: Host["filesBelow"] = async (path) =>
    (await host.filesBelow(path)).map((file) => ({ ...file, bytes: MIB }));
  return { host: { ...host, openFile, filesBelow }, lines, files, locks };
}

/** A run that finished, of which a later one moved the checkpoints aside. */
const moved = {
  "checkpoints/train.1/last.safetensors": "outputs/a",
  "checkpoints/train.1/epoch=03.safetensors": "outputs/a",
  "outputs/a/weights/last.safetensors": "outputs/a",
  "outputs/a/metrics.jsonl": "{}",
};

Deno.test("clean shows what would go, and removes it with --yes alone", async () => {
  const { host, lines, files } = hostWith({
    ...moved,
    ".cache/datasets/synthetic_jerseys_0123abcd/train/000001.jpg": "",
    ".cache/datasets/synthetic_jerseys_0123abcd/synthetic_jerseys.json": "",
    ".cache/pictures/jerseys_0123abcd.pictures": "",
    ".cache/twins/0123456789abcdef0123456789abcdef.json": "",
    ".cache/kernels/llvmpipe.json": "",
    "checkpoints/train/last.safetensors": "outputs/b",
    "checkpoints/train.lock.3": "{}",
    "outputs/b/report.html.1x-01234567.tmp": "",
    ".cache/datasets/synthetic_jerseys_aaaaaaaa.any-01234567.tmp/train/000001.jpg": "",
  });
  const before = new Map(files);
  await clean(host, []);
  assertEquals(
    lines,
    [
      "path                                                            frees",
      ".cache/datasets/synthetic_jerseys_0123abcd                    2.0 MiB  made again when needed",
      ".cache/pictures/jerseys_0123abcd.pictures                     1.0 MiB  made again when needed",
      ".cache/twins/0123456789abcdef0123456789abcdef.json            1.0 MiB  made again when needed",
      ".cache/kernels/llvmpipe.json                                  1.0 MiB  made again when needed",
      "checkpoints/train.1                                           2.0 MiB  checkpoints of outputs/a",
      ".cache/datasets/synthetic_jerseys_aaaaaaaa.any-01234567.tmp   1.0 MiB  left half written",
      "checkpoints/train.lock.3                                      1.0 MiB  a lock whose owner has ended",
      "outputs/b/report.html.1x-01234567.tmp                         1.0 MiB  left half written",
      "all                                                          10.0 MiB",
      "\nNothing has been removed: add --yes to remove what is listed",
    ],
  );
  assertEquals(files, before);
  await clean(host, ["--yes"]);
  assertEquals(lines.at(-1), "\nRemoved 8 of 8");
  assertEquals([...files.keys()].sort(), [
    "checkpoints/train/last.safetensors",
    "outputs/a/metrics.jsonl",
    "outputs/a/weights/last.safetensors",
  ]);
  lines.length = 0;
  await clean(host, []);
  assertEquals(lines, ["clean   nothing to remove"]);
});

Deno.test("clean removes nothing that a run in progress may use, and says who it is", async () => {
  const { host, lines, files, locks } = hostWith({
    ...moved,
    "outputs/c/.run.lock.1": "{}",
    "checkpoints/train.1.lock.1": "{}",
    ".cache/kernels/llvmpipe.json": "",
  });
  locks.set("outputs/c/.run", "process 7 on vm, which trains").set("checkpoints/train.1", "process 8 on vm");
  const before = new Map(files);
  await clean(host, ["--yes"]);
  assertEquals(lines, [
    "stays   .cache/kernels/llvmpipe.json (made again when needed): it may be in use by process 8 on vm",
    "stays   checkpoints/train.1 (checkpoints of outputs/a): process 8 on vm",
    "clean   nothing to remove",
  ]);
  assertEquals(files, before);
});

Deno.test("clean leaves the caches while a run is in progress whose folders are elsewhere", async () => {
  const { host, lines, locks } = hostWith({
    ".cache/kernels/llvmpipe.json": "",
    ".cache/runs/1a.lock.1": "{}",
  });
  await using _ = await plainPlaces(host, "/elsewhere/run", false);
  const [inCache] = [...locks.keys()].filter((path) => path.startsWith(".cache/"));
  await host.writeAtomic(`${inCache}.lock.1`, new Uint8Array());
  await clean(host, ["--yes"]);
  assertEquals(
    lines[0],
    `stays   .cache/kernels/llvmpipe.json (made again when needed): it may be in use by ` +
      "this process, which runs in /elsewhere/run",
  );
  assertEquals(lines.at(-1), "\nRemoved 1 of 1", "the lock of a run that was killed");
});

Deno.test("clean keeps the only weights of a run, and what a job that has not finished goes on from", async () => {
  const finished = `{\n  "exit_code": 0\n}`;
  const { host, lines, files } = hostWith({
    "checkpoints/old.2/last.safetensors": "outputs/gone of old",
    "checkpoints/v1.2/last.safetensors": "outputs/multirun/0 of v1.2", // the experiment's own
    "checkpoints/v1.2.1/last.safetensors": "outputs/multirun/0 of v1.2",
    "checkpoints/train.7/last.safetensors": "outputs/multirun/0", // and one of a run that has nothing else
    "checkpoints/train.7/epoch=01.safetensors": "outputs/gone",
    "outputs/multirun/0/checkpoints/last.safetensors": "outputs/multirun/0",
    "outputs/multirun/0/weights/best.safetensors": "outputs/multirun/0",
    "outputs/multirun/0/result.json": finished,
    "outputs/multirun/1/checkpoints/last.safetensors": "outputs/multirun/1",
    "outputs/multirun/1/weights/best.safetensors": "outputs/multirun/1",
  });
  await clean(host, ["-y"]);
  assertEquals(lines.slice(0, 3), [
    "stays   checkpoints/old.2 (checkpoints of outputs/gone): its run has no other weights",
    "stays   checkpoints/train.7 (checkpoints of outputs/gone, outputs/multirun/0): its run has no other weights",
    "stays   outputs/multirun/1/checkpoints (checkpoints of outputs/multirun/1): its run has not finished",
  ]);
  assertEquals([...files.keys()].filter((path) => path.includes("checkpoints")), [
    "checkpoints/old.2/last.safetensors",
    "checkpoints/v1.2/last.safetensors",
    "checkpoints/train.7/last.safetensors",
    "checkpoints/train.7/epoch=01.safetensors",
    "outputs/multirun/1/checkpoints/last.safetensors",
  ]);
});

Deno.test("clean knows its own caches from those of other programs, and one kind from another", async () => {
  const { host, files } = hostWith({
    ...moved,
    ".cache/datasets/squad/train.json": "",
    ".cache/huggingface/model.safetensors": "",
    ".cache/pictures/holiday.jpg": "",
    ".cache/kernels/llvmpipe.json": "",
    "elsewhere/train.1/last.safetensors": "outputs/a",
  });
  await clean(host, ["--only", "caches", "--yes"]);
  assertEquals([...files.keys()].filter((path) => path.startsWith(".cache/")), [
    ".cache/datasets/squad/train.json",
    ".cache/huggingface/model.safetensors",
    ".cache/pictures/holiday.jpg",
  ]);
  assertEquals(files.has("checkpoints/train.1/last.safetensors"), true);
  await clean(host, ["elsewhere/", "--only", "checkpoints", "--yes"]);
  assertEquals([...files.keys()].filter((path) => path.includes(".1/")), []);
  const message = "Cannot clean nowhere: there is no such folder";
  await assertRejects(() => clean(host, ["nowhere"]), ConfigError, message);
});

Deno.test("clean knows every folder of the cache that something is written to", async () => {
  const known = new Set([...Object.keys(CACHES), RUNS]), used = new Set<string>();
  const look = async (folder: URL) => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = new URL(isDirectory ? `${name}/` : name, folder);
      if (isDirectory) await look(path);
      else if (name.endsWith(".ts")) {
        for (const [, one] of (await Deno.readTextFile(path)).matchAll(/cacheFolder\("(\w+)"\)/g)) {
          used.add(one);
        }
      }
    }
  };
  await look(new URL("../../src/", import.meta.url));
  assert(used.size >= 5, [...used].join());
  assertEquals([...used].filter((name) => !known.has(name)), []);
});
