import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { bench } from "../../bench/main.ts";
import { WIDTH } from "../../bench/report.ts";
import type { BenchHost } from "../../bench/session.ts";
import { ConfigError, MissingError } from "../../src/base/errors.ts";
import { openGpu } from "../../src/host/deno_gpu.ts";
import { folderStore, openTree } from "../../src/host/deno_files.ts";
import { loadPlotting } from "../../src/host/deno_plots.ts";
import { denoPictures } from "../../src/host/deno_pictures.ts";
import { encodeJpeg } from "../../src/host/deno_images.ts";
import { patterned, withFolder } from "../data/helpers.ts";
import { gpuTest } from "../rings.ts";
import { MACHINE } from "../tasks/doctor/fixtures.ts";

/** A host that keeps what is printed and written. */
function testHost(cache = "none"): { host: BenchHost; lines: string[]; written: Map<string, string> } {
  const lines: string[] = [], written = new Map<string, string>();
  const host: BenchHost = {
    runtime: "Deno 9.9.9",
    signal: new AbortController().signal,
    openGpu,
    openTree,
    pictures: denoPictures(),
    cacheFolder: (name) => `${cache}/${name}`,
    gitCommit: () => Promise.resolve("0123456789abcdef"),
    machine: () => Promise.resolve(MACHINE),
    readFile: (path) => Promise.reject(new MissingError(`Cannot read "${path}"`)),
    encodeJpeg,
    appendText: () => Promise.resolve(),
    appendBytes: () => Promise.resolve(),
    linkAtomic: () => Promise.resolve(),
    folderStore,
    plotting: loadPlotting,
    writeAtomic: (path, bytes) => Promise.resolve(void written.set(path, new TextDecoder().decode(bytes))),
    print: (line) => void lines.push(line),
  };
  return { host, lines, written };
}

Deno.test("bench() without a sub-command lists them and the options", async () => {
  const { host, lines } = testHost();
  assertEquals(await bench(host, []), 0);
  for (const word of ["probe", "kernels", "step", "peers", "torch", "mpi", "data", "rates", "--json"]) {
    assertMatch(lines.join("\n"), RegExp(`^  ${word} `, "m"));
  }
  assert(lines.every((line) => line.length <= WIDTH));
});

Deno.test("bench() refuses an unknown sub-command", async () => {
  await assertRejects(() => bench(testHost().host, ["kernel"]), ConfigError, "did you mean kernels?");
});

gpuTest("bench kernels checks and times, prints the probes and writes the same as JSON", async () => {
  const { host, lines, written } = testHost();
  const small = ["--model", "resnet18", "--size", "32", "--batch", "2", "--rounds", "1"];
  assertEquals(await bench(host, ["kernels", ...small, "--only", "128-256 /2", "--json", "out.json"]), 0);
  const text = lines.join("\n");
  assertMatch(text, /^adapter {2}.+, through Deno 9\.9\.9$/m);
  assertMatch(
    text,
    /^probe {4}[\d.]+ GFLOP\/s of f32 multiply-adds, [\d.]+ GB\/s of copying: the 100 % for everything below$/m,
  );
  assertMatch(text, /^ {2}3x3 128-256 \/2 at 4 {9,}1( +[\d.]+){6}$/m);
  assert(lines.every((line) => line.length <= WIDTH), text);
  const { adapter, versions, probe, rows } = JSON.parse(written.get("out.json")!);
  assert(adapter.name && versions.runtime && probe.gflops > 0, written.get("out.json"));
  const convs = rows.filter(({ table }: { table: string }) => table.startsWith("convolutions"));
  assertEquals(convs.map(({ name }: { name: string }) => name), [
    "3x3 128-256 /2 at 4",
    "1x1 128-256 /2 at 4",
  ]);
  assert(convs.every((row: Record<string, number>) => row.dgrad_ms > 0 && row.wgrad_gflops > 0));
});

gpuTest("bench data compares decoding, caches and memory on a dataset", () =>
  withFolder(async (folder) => {
    for (const name of ["train/a/1.jpg", "train/a/2.jpg", "train/b/3.jpg"]) {
      await Deno.mkdir(`${folder}/data/${name.slice(0, 7)}`, { recursive: true });
      await Deno.writeFile(`${folder}/data/${name}`, await encodeJpeg(patterned(40, 30), 90));
    }
    const { host, lines } = testHost(folder);
    assertEquals(await bench(host, ["data", "--rounds", "1", "--data", `${folder}/data`]), 0);
    const text = lines.join("\n");
    assertMatch(text, /^ {2}sharp, a bare loop, 2 at once( +[\d.,]+){2} +1 +-$/m);
    assertMatch(text, /^ {2}num_workers=2, one each at once( +[\d.,]+){3} +-$/m);
    assertMatch(text, /^ {2}num_workers=2, batches of 64, 2 ahead( +[\d.,]+){3}$/m);
    assertMatch(text, /^ {2}rand_augment and mixup( +[\d.,]+){4}$/m);
    assert(lines.every((line) => line.length <= WIDTH), text);
  }));

gpuTest("bench step reports speed, memory and kernel families of a step", async () => {
  const { host, lines } = testHost();
  assertEquals(
    await bench(host, [
      "step",
      "--size",
      "32",
      "--batch",
      "2",
      "--rounds",
      "1",
      "--classes",
      "10",
      "--precision",
      "32-true",
      "--choices",
      "first", // measuring compiles every variant; bench kernels does, for a few layers
    ]),
    0,
  );
  const text = lines.join("\n");
  assertMatch(text, /^step of resnet18, 32 x 32, batch 2, 10 classes, 32-true$/m);
  assertMatch(text, /^ {2}conv wgrad +([\d.,]+ +){4}[\d.,]+$/m);
  assert(lines.every((line) => line.length <= WIDTH), text);
});
