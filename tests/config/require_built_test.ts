import { assert, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { loadConfig, requireBuilt } from "../../src/config/mod.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";

const config = (...overrides: string[]) => loadConfig(denoConfigFiles(), overrides);

Deno.test("requireBuilt() lets the default run pass", () => {
  requireBuilt(config());
  requireBuilt(config("trainer=local", "model=resnet50", "transforms=default"));
  requireBuilt(config("transforms=basketball_jersey"));
});

const refused: [override: string, name: string][] = [
  ["logging.wandb={log_model: true}", "logging.wandb.log_model"],
];
for (const [override, name] of refused) {
  Deno.test(`requireBuilt() refuses ${override}`, () => {
    const { message }: ConfigError = assertThrows(() => requireBuilt(config(override)), ConfigError);
    assert(message.includes("not built yet") && message.includes(name), message);
  });
}
