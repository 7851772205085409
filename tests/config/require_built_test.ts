import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { loadConfig, requireBuilt } from "../../src/config/mod.ts";
import { plannedCallbacks } from "../../src/config/planned.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { callbacks } from "../../src/train/callbacks/mod.ts";
import { loggers } from "../../src/train/loggers/mod.ts";

const config = (...overrides: string[]) => loadConfig(denoConfigFiles(), overrides);

Deno.test("requireBuilt() lets the default run pass", () => {
  requireBuilt(config());
  requireBuilt(config("trainer=local", "model=resnet50", "transforms=default"));
  requireBuilt(config("transforms=basketball_jersey"));
});

const refused: [override: string, name: string][] = [
  ...Object.keys(plannedCallbacks).map((name): [string, string] => [`callbacks.${name}={}`, name]),
  ["logging.wandb={log_model: true}", "logging.wandb.log_model"],
  ["compat=reference", "compat=reference"],
];
for (const [override, name] of refused) {
  Deno.test(`requireBuilt() refuses ${override}`, () => {
    const { message }: ConfigError = assertThrows(() => requireBuilt(config(override)), ConfigError);
    assert(message.includes("not built yet") && message.includes(name), message);
  });
}

Deno.test("nothing is planned that is built", () => {
  const built = [callbacks, loggers].flatMap(Object.keys);
  const planned = Object.keys(plannedCallbacks);
  assertEquals(planned.filter((name) => built.includes(name)), []);
});
