import { assertEquals, assertMatch } from "@std/assert";
import { loadConfig } from "../../src/config/mod.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { architecture, type ModelName } from "../../src/nn/models/mod.ts";
import { shortRunNote } from "../../src/setup/short_run_note.ts";

/** The note for a run of that many epochs of ten batches. */
function note(name: ModelName, epochs: number, ...overrides: string[]): string | undefined {
  const config = loadConfig(denoConfigFiles(), [
    `model=${name}`,
    `trainer.max_epochs=${epochs}`,
    ...overrides,
  ]);
  return shortRunNote(config, { layers: architecture({ name }, 10).stages.flat(), batches: 10 });
}

Deno.test("a run too short for its norms' running statistics is told so, with the share that is left", () => {
  assertMatch(
    note("mobilenet_v3_small", 23)!,
    /by 1 %, so after 230 batches they are still 10 % .* 459 batches/,
  );
  assertMatch(
    note("resnet18", 1)!,
    /by 10 %, so after 10 batches they are still 35 % initial values.* 44 batches/,
  );
});

Deno.test("a run is told nothing that is long enough, has weights or no running statistics, or only checks", () => {
  assertEquals(note("mobilenet_v3_small", 46), undefined);
  assertEquals(note("resnet18", 5), undefined);
  assertEquals(note("mobilenet_v3_small", 1, "model.weights=DEFAULT"), undefined);
  assertEquals(note("mobilenet_v3_small", 1, "trainer.fast_dev_run=true"), undefined);
  assertEquals(note("convnext_tiny", 1), undefined);
});
