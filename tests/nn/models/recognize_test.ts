import { assertEquals } from "@std/assert";
import type { Shape } from "../../../src/base/shape.ts";
import { declareLayers } from "../../../src/nn/declare_layers.ts";
import { architecture, modelNames } from "../../../src/nn/models/mod.ts";
import { classParameter, recognize } from "../../../src/nn/models/recognize.ts";

/** The shapes of a model's state dict. */
function shapesOf(name: typeof modelNames[number], classes: number): Map<string, { shape: Shape }> {
  const { parameters, buffers } = declareLayers(architecture({ name }, classes).stages.flat());
  return new Map(
    [...parameters, ...buffers].map(({ name, declaration }) => [name, { shape: declaration.torchShape }]),
  );
}

Deno.test("recognize() knows every model by its weights, for any number of classes and with some missing", () => {
  for (const name of modelNames) {
    const shapes = shapesOf(name, 7);
    assertEquals(recognize(shapes), name);
    for (const [i, key] of [...shapes.keys()].entries()) if (i % 5 === 0) shapes.delete(key);
    assertEquals(recognize(shapes), name);
  }
});

Deno.test("recognize() knows nothing of another network, or of a head alone", () => {
  assertEquals(recognize(new Map([["features.0.weight", { shape: [64, 3, 3, 3] }]])), undefined);
  assertEquals(recognize(new Map([["fc.bias", { shape: [10] }]])), undefined);
});

Deno.test("classParameter() is the head's bias", () => {
  assertEquals(classParameter({ name: "resnet50" }), "fc.bias");
});
