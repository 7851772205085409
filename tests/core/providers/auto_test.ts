import { assertEquals, assertRejects } from "@std/assert";
import { providers } from "../../../src/core/providers/mod.ts";
import { NO_ADAPTER, testWorld } from "./world.ts";

Deno.test("auto opens the runtime's own WebGPU, or hands on why there is none", async () => {
  assertEquals(
    await providers.auto.open(testWorld({ ownGpu: () => Promise.resolve(NO_ADAPTER) })),
    NO_ADAPTER,
  );
  await assertRejects(() => providers.auto.open(testWorld()), Error, "this runtime has no WebGPU");
});
