import { assertEquals, assertRejects } from "@std/assert";
import { exitCode, GpuError } from "../../../src/base/errors.ts";
import { providers } from "../../../src/core/providers/mod.ts";
import { NO_ADAPTER, testWorld } from "./world.ts";

Deno.test("dawn says how to install the package when it does not load", async () => {
  const error = await assertRejects(() => providers.dawn.open(testWorld()), GpuError);
  assertEquals(
    error.message,
    "Cannot open a GPU with gpu=dawn because the npm package webgpu does not load (no such package webgpu): " +
      "run ./setup.sh --onnx, or use gpu=auto",
  );
  assertEquals(exitCode(error), 4);
});

Deno.test("dawn says what to do when it finds no adapter, and asks for matrix units, f16 and exact timestamps", async () => {
  const asked: string[] = [];
  const create = (options: string[]) => (asked.push(...options), NO_ADAPTER);
  const world = testWorld({ importPackage: () => Promise.resolve({ create }) });
  const error = await assertRejects(
    () => providers.dawn.open(world),
    GpuError,
    "because Dawn found no adapter that it accepts: install the GPU's Vulkan driver",
  );
  assertEquals(exitCode(error), 4);
  assertEquals(asked, [
    "enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia",
    "disable-dawn-features=timestamp_quantization",
  ]);
});
