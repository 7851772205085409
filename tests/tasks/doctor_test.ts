import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { ConfigError, GpuError, MissingError } from "../../src/base/errors.ts";
import { openDevice } from "../../src/core/device.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { openGpu } from "../../src/host/deno_gpu.ts";
import type { Decode } from "../../src/data/types.ts";
import { decodeImage } from "../../src/host/deno_images.ts";
import { denoPictures } from "../../src/host/deno_pictures.ts";
import { checkPictures } from "../../src/tasks/doctor/pictures.ts";
import { measureSpeed } from "../../src/tasks/doctor/probes.ts";
import { doctor, examine } from "../../src/tasks/doctor.ts";
import type { Host } from "../../src/setup/host.ts";
import { gpuTest } from "../rings.ts";
import { MACHINE } from "./doctor/fixtures.ts";

const NO_ADAPTER = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;

/** A host without an adapter, and the lines that it was given to print. */
function fakeHost(changes: Partial<Host> = {}): { host: Host; lines: string[] } {
  const lines: string[] = [];
  const host: Partial<Host> = {
    runtime: "Deno 9.9.9",
    configFiles: denoConfigFiles(),
    pictures: { ...denoPictures(), jpegDecoder: () => ({ name: "libjpeg-turbo" }) },
    openGpu: () => Promise.resolve(NO_ADAPTER),
    cacheFolder: (name) => `.cache/${name}`,
    readFile: () => Promise.reject(new MissingError("Cannot read the file")),
    gitCommit: () => Promise.resolve("0123456789abcdef"),
    machine: () => Promise.resolve(MACHINE),
    findMpi: () =>
      Promise.resolve({ library: { fault: undefined }, launch: undefined, install: "`get mpi`" }),
    print: (line) => void lines.push(line),
    ...changes,
  };
  return { host: host as Host, lines };
}

Deno.test("doctor() without an adapter prints the rest, what to install, and returns 4", async () => {
  const { host, lines } = fakeHost({ machine: () => Promise.resolve({ ...MACHINE, drivers: [] }) });
  assertEquals(await doctor(host), 4);
  const text = lines.join("\n");
  for (
    const part of [
      "  wgrad             1.2.3, commit 0123456789",
      "  runtime           Deno 9.9.9",
      "  drivers           none found",
      "  name              none found",
      "  JPEG              decoded by libjpeg-turbo, each value",
      "  library           none found; needed for several GPUs only: `get mpi`",
      "  launch            this process is by itself",
      "FAULT  No WebGPU adapter was found",
      "`sudo apt-get install mesa-vulkan-drivers`",
    ]
  ) assertStringIncludes(text, part);
  assertEquals(lines.at(-1), "Training cannot run: see the faults above.");
  assert(lines.every((line) => line.length <= 110 && line === line.trimEnd()), text);
});

Deno.test("doctor() shows a GPU that cannot be opened as a fault with its cure", async () => {
  const refuse = () => Promise.reject(new GpuError("Cannot open a GPU as it is busy: wait a little"));
  const { host } = fakeHost({ openGpu: refuse });
  const { findings } = await examine(host, "auto");
  assertEquals(findings, [{
    kind: "fault",
    problem: "Cannot open a GPU as it is busy",
    cure: "wait a little",
  }]);
});

Deno.test("doctor() hands on an error that is no fault of the GPU, and refuses an unknown setting", async () => {
  const { host } = fakeHost({ openGpu: () => Promise.reject(new TypeError("a bug")) });
  await assertRejects(() => doctor(host), TypeError, "a bug");
  await assertRejects(() => doctor(host, ["gpu=down"]), ConfigError, "did you mean dawn?");
});

Deno.test("doctor --hardware takes a hardware GPU only, and says what keeps NVIDIA's from working", async () => {
  const offering = (description: string) =>
    ({ requestAdapter: () => Promise.resolve({ info: { description } }) }) as unknown as GPU;
  const good = fakeHost({ openGpu: () => Promise.resolve(offering("NVIDIA T4")) });
  assertEquals(await doctor(good.host, ["--hardware"]), 0);
  assertEquals(good.lines, ["device  NVIDIA T4"]);
  const deviceFiles = [{ path: "/dev/nvidia0", isUsable: true }];
  const bad = fakeHost({
    openGpu: () => Promise.resolve(offering("llvmpipe (LLVM 15.0.6, 256 bits)")),
    machine: () => Promise.resolve({ ...MACHINE, deviceFiles }),
  });
  assertEquals(await doctor(bad.host, ["--hardware"]), 4);
  for (
    const part of ["llvmpipe (LLVM 15.0.6, 256 bits), a software GPU", "the Vulkan loader finds no driver"]
  ) {
    assertStringIncludes(bad.lines.join("\n"), part);
  }
});

Deno.test("doctor --json prints the report and whether training can run", async () => {
  const { host, lines } = fakeHost();
  assertEquals(await doctor(host, ["--json"]), 4);
  const { sections, canTrain } = JSON.parse(lines.join("\n"));
  assertEquals([sections[0].title, canTrain], ["Software", false]);
});

Deno.test("doctor() opens the GPU that the command line names", async () => {
  const asked: (string | undefined)[] = [];
  const { host } = fakeHost({ openGpu: (name) => (asked.push(name), Promise.resolve(NO_ADAPTER)) });
  await doctor(host);
  await doctor(host, ["gpu=dawn"]);
  assertEquals(asked, ["auto", "dawn"]);
});

gpuTest("doctor() on this machine names the adapter and its speed, and returns 0", async () => {
  const { host, lines } = fakeHost({ openGpu });
  assertEquals(await doctor(host), 0);
  const text = lines.join("\n");
  const adapter = (await navigator.gpu.requestAdapter())!;
  assertStringIncludes(text, `  name              ${adapter.info.description}`);
  assertStringIncludes(text, "\n  through           the runtime's own WebGPU");
  assertMatch(
    text,
    /\n {2}arithmetic {8}[\d.]+ GFLOP\/s, f32 multiply-adds in registers, timed by the [CG]PU\n/,
  );
  assertMatch(text, /\n {2}memory {12}[\d.]+ GB\/s, read and written in a copy\n/);
  assertEquals(lines.at(-1), "Training can run.");
});

Deno.test("doctor() lists all that is wrong, faults first", async () => {
  const { host, lines } = fakeHost({
    pictures: { ...denoPictures(), decode: () => Promise.reject(new Error("no sharp")) },
    machine: () => Promise.resolve({ ...MACHINE, browser: undefined }),
  });
  assertEquals(await doctor(host), 4);
  assertEquals(lines.filter((line) => /^(FAULT|NOTE)/.test(line)), [
    "FAULT  No WebGPU adapter was found",
    "FAULT  A JPEG does not decode: no sharp",
    "NOTE  No browser was found, so the browser tests cannot run",
  ]);
});

gpuTest("doctor() counts a software GPU as a note, and closes the device", async () => {
  let opened: GPUDevice | undefined;
  const gpu = await openGpu();
  const adapter = (await gpu.requestAdapter())!;
  const requestDevice = async (descriptor: GPUDeviceDescriptor) =>
    opened = await adapter.requestDevice(descriptor);
  const { features, limits } = adapter;
  const software = { features, limits, info: { description: "lavapipe" }, requestDevice };
  const spy = { requestAdapter: () => Promise.resolve(software) } as unknown as GPU;
  const { host } = fakeHost({ openGpu: () => Promise.resolve(spy) });
  const { findings } = await examine(host, "auto");
  assertEquals(findings.map(({ kind }) => kind), ["note"]);
  assertEquals((await opened!.lost).reason, "destroyed");
});

gpuTest("measureSpeed() takes the clock where there are no timestamps", async () => {
  const device = await openDevice(await openGpu());
  Object.defineProperty(device.gpu, "features", { value: new Set() });
  const { gflops, gigabytes } = await measureSpeed(device);
  assert(gflops > 0.1 && gflops < 1e6 && gigabytes > 0.01 && gigabytes < 1e5, `${gflops}, ${gigabytes}`);
  assertEquals(device.pool.stats().live, 0);
  device.close();
});

const withDecode = (decode: Decode) => ({ decode, jpegDecoder: () => ({ name: "libjpeg-turbo" }) });

Deno.test("the doctor says what would decode JPEGs faster", async () => {
  const jpegDecoder = () => ({ name: "sharp", faster: "libjpeg-turbo: install it" });
  const { facts, findings } = await checkPictures({ decode: decodeImage, jpegDecoder });
  assertMatch(facts[0][1], /^decoded by sharp, each value within \d of 255 levels$/);
  assertEquals(findings, [{
    kind: "note",
    problem: "sharp decodes JPEGs",
    cure: "twice as fast is libjpeg-turbo: install it",
  }]);
});

Deno.test("the doctor shows pictures that do not decode, or to wrong values, as faults", async () => {
  assertEquals((await checkPictures(withDecode(decodeImage))).findings, []);
  const failing = await checkPictures(
    withDecode(() => Promise.reject(new Error("no such library\nat a stack"))),
  );
  assertEquals(failing.findings.map(({ problem }) => problem), ["A JPEG does not decode: no such library"]);
  assertStringIncludes(failing.findings[0].cure, "`./setup.sh`");
  const grey = await checkPictures(
    withDecode(() => Promise.resolve({ width: 16, height: 8, data: new Uint8Array(384).fill(128) })),
  );
  assertEquals(grey.findings.map(({ problem }) => problem), [
    "A JPEG decodes to wrong values: up to 108 levels off",
  ]);
  const short = await checkPictures(
    withDecode(() => Promise.resolve({ width: 2, height: 1, data: new Uint8Array(6) })),
  );
  assertEquals(short.findings.map(({ problem }) => problem), ["A JPEG of 16 x 8 pixels decodes to 2 x 1"]);
});
