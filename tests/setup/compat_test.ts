import { assertEquals, assertMatch } from "@std/assert";
import { loadConfig } from "../../src/config/mod.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { behaviourOf, compatNote } from "../../src/setup/compat.ts";

const config = (...overrides: string[]) =>
  loadConfig(denoConfigFiles(), ["callbacks.ema={decay: 0.9, warmup_steps: 7}", ...overrides]);

Deno.test("compat=null leaves everything as it is, and says nothing", () => {
  assertEquals(behaviourOf(config()), {
    ema: { decay: 0.9, warmup_steps: 7 },
    weighsTwice: false,
    focalBy: "softmax",
  });
  assertEquals(compatNote(config()), undefined);
});

Deno.test("compat=reference switches averaging, class weights and focal loss, and says so in a line", () => {
  const reference = config("compat=reference");
  assertEquals(behaviourOf(reference), {
    ema: { decay: 0.9, warmup_steps: 0 },
    weighsTwice: true,
    focalBy: "cross_entropy",
  });
  assertMatch(compatNote(reference)!, /^ {2}note: compat=reference .*warmup_steps.*class weights.*p_t.*$/);
  assertEquals(behaviourOf(config("compat=reference", "callbacks.ema=null")).ema, null);
});
