import { assertEquals, assertRejects } from "@std/assert";
import { DataError, MissingError } from "../../src/base/errors.ts";
import type { Device } from "../../src/core/device.ts";
import { keepChoices, keptChoices } from "../../src/setup/kernel_choices.ts";
import type { Host } from "../../src/setup/host.ts";
import type { RunState } from "../../src/train/run_state.ts";
import { memoryTryLock } from "../launch/memory_host.ts";

/** A host whose files lie in memory. */
function fakeHost(runtime = "Deno 9.9.9") {
  const files = new Map<string, Uint8Array>(), lines: string[] = [];
  const host: Partial<Host> = {
    runtime,
    cacheFolder: (name) => `cache/${name}`,
    readFile: (path) => {
      const bytes = files.get(path);
      return bytes ? Promise.resolve(bytes) : Promise.reject(new MissingError(`There is no ${path}`));
    },
    writeAtomic: (path, bytes) => Promise.resolve(void files.set(path, bytes)),
    tryLock: memoryTryLock(),
    print: (line) => void lines.push(line),
  };
  return { host: host as Host, files, lines };
}

/** A device of an adapter of this name, without any choice. */
function fakeDevice(description = "Some GPU (driver 1.2)"): Device {
  const adapter = { vendor: "v", architecture: "", device: "7", description };
  return { adapter, choices: new Map() } as unknown as Device;
}

const start = async (callback: Awaited<ReturnType<typeof keepChoices>>) =>
  await callback.fitStart!({} as RunState);

Deno.test("choices of one run are there in the next, for the same adapter and runtime alone", async () => {
  const { host, files, lines } = fakeHost(), device = fakeDevice();
  const callback = await keepChoices(host, device);
  device.choices.set("conv2d_forward f32", "4x8x8");
  await start(callback);
  const [path] = files.keys();
  assertEquals(path, "cache/kernels/v-7-some-gpu-driver-1-2-wgrad-0-1-0-kernels-2-deno-9-9-9.json");
  assertEquals(lines, [`kernels 1 chosen by measurement, kept in ${path}`]);
  const next = fakeDevice();
  await start(await keepChoices(host, next));
  assertEquals([...next.choices], [["conv2d_forward f32", "4x8x8"]]);
  assertEquals(lines.length, 1, "Nothing was added, yet the file was written again");
  assertEquals((await keptChoices(host, fakeDevice("Some GPU (driver 1.3)"))).choices.size, 0);
  assertEquals((await keptChoices({ ...host, runtime: "Deno 10" }, device)).choices.size, 0);
});

Deno.test("runs that start at the same time keep what each has chosen, and what was kept first", async () => {
  const { host } = fakeHost(), devices = [fakeDevice(), fakeDevice()];
  const callbacks = await Promise.all(devices.map((device) => keepChoices(host, device)));
  devices[0].choices.set("a", "first").set("both", "first");
  devices[1].choices.set("b", "second").set("both", "second");
  for (const callback of callbacks) await start(callback);
  const { choices } = await keptChoices(host, fakeDevice());
  assertEquals(choices, new Map([["a", "first"], ["b", "second"], ["both", "first"]]));
});

Deno.test("a damaged file of choices is named", async () => {
  const { host, files } = fakeHost(), { path } = await keptChoices(host, fakeDevice());
  files.set(path, new TextEncoder().encode('{"choices": 1'));
  await assertRejects(
    () => keptChoices(host, fakeDevice()),
    DataError,
    `Cannot read the kernel choices ${path}: they are damaged; delete the file`,
  );
});
