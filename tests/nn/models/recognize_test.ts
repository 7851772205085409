import { assertEquals } from "@std/assert";
import { modelNames } from "../../../src/nn/models/mod.ts";
import { classParameter, recognize } from "../../../src/nn/models/recognize.ts";
import { shapesOf } from "./state_dicts.ts";

Deno.test("recognize() knows every model by its weights, for any number of classes and without its head", () => {
  for (const name of modelNames) {
    const shapes = shapesOf(name, 7);
    assertEquals(recognize(shapes)?.name, name);
    const bias = classParameter({ name }), head = [bias.replace(/bias$/, "weight"), bias];
    for (const key of head) shapes.delete(key);
    assertEquals(recognize(shapes)?.name, name);
    shapes.delete([...shapes.keys()][7]);
    assertEquals(recognize(shapes), undefined);
  }
});

Deno.test("recognize() tells the stem for small images from ImageNet's, by its filters alone", () => {
  for (const name of modelNames.filter((name) => /res/.test(name))) {
    const shapes = shapesOf(name, 10);
    assertEquals(recognize(shapes)?.options, undefined);
    shapes.set("conv1.weight", { shape: [64, 3, 3, 3] });
    const { name: found, options } = recognize(shapes)!;
    assertEquals([found, options], [name, { stem: "small" }]);
  }
});

Deno.test("recognize() knows nothing of another network, or of a head alone", () => {
  assertEquals(recognize(new Map([["features.0.weight", { shape: [64, 3, 3, 3] }]])), undefined);
  assertEquals(recognize(new Map([["fc.bias", { shape: [10] }]])), undefined);
});

Deno.test("classParameter() is the head's bias", () => {
  assertEquals(classParameter({ name: "resnet50" }), "fc.bias");
});
