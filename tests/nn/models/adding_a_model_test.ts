/** The example of docs/adding-a-model.md is code that runs. */
import { assertEquals } from "@std/assert";
import { declareLayers, headOf } from "../../../src/nn/declare_layers.ts";
import type { ModelPlugin } from "../../../src/nn/models/plugin.ts";
import { planUnits } from "../../../src/nn/plan.ts";

const root = new URL("../../../", import.meta.url);

Deno.test("docs/adding-a-model.md shows an architecture that can be built", async () => {
  const text = await Deno.readTextFile(new URL("docs/adding-a-model.md", root));
  const [, code] = /^```ts\n([^]*?)^```$/m.exec(text)!;
  const models = new URL("src/nn/models/", root);
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, code.replace(/"(\.\.?\/[^"]+)"/g, (_, to) => `"${new URL(to, models)}"`));
  const { small } = await import(path) as { small: ModelPlugin };
  await Deno.remove(path);
  const layers = small.make(small.options.parse({}), { classes: 5 }).flat();
  const declared = declareLayers(layers);
  assertEquals(headOf(declared).parameters, ["classifier.weight", "classifier.bias"]);
  assertEquals(declared.parameters.at(-1)!.declaration.torchShape, [5]);
  assertEquals(planUnits(layers).map(({ name }) => name), [
    "stem.2",
    "body.0.2",
    "body.1.2",
    "pool",
    "flatten",
    "classifier",
  ]);
});
