import { assertEquals } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import { locate } from "../../../src/nn/models/locate.ts";
import { modelNames } from "../../../src/nn/models/mod.ts";
import { everyModel, wanted } from "../../../src/nn/models/recognize.ts";
import { type Shaped, shapesOf, under } from "./state_dicts.ts";

const random = rng(3, "prefixes");
const WORDS = [
  "backbone",
  "encoder",
  "_orig_mod",
  "module",
  "model",
  "0",
  "layer1",
  "conv1",
  "fc",
  "字",
  "a b",
  "resnet",
];

/** Up to five random names, each followed by a dot. */
function randomPrefix(): string {
  return Array.from({ length: random.integer(6) }, () => `${WORDS[random.integer(WORDS.length)]}.`).join("");
}

function shuffled<T>(tensors: ReadonlyMap<string, T>): Map<string, T> {
  const entries = [...tensors];
  for (let i = entries.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [entries[i], entries[j]] = [entries[j], entries[i]];
  }
  return new Map(entries);
}

Deno.test("locate() finds every model behind any prefix, in any order, beside other tensors", () => {
  for (let i = 0; i < 30; i++) {
    const name = modelNames[i % modelNames.length], prefix = randomPrefix();
    const own = shapesOf(name, 1 + random.integer(50));
    const others = new Map<string, Shaped>(
      Array.from({ length: 5 }, (_, i) => [`beside${i}.conv1.weight`, { shape: [64, 3, 7, 7] }]),
    );
    const [best] = locate(shuffled(new Map([...under(prefix, own), ...others])), everyModel());
    assertEquals([best.network.name, best.prefix, best.faults], [name, prefix, 0]);
    assertEquals(new Set(best.tensors.keys()), new Set(own.keys()), prefix);
    for (const [key, { shape }] of best.tensors) assertEquals(shape, own.get(key)!.shape);
    assertEquals(best.used, new Set(under(prefix, own).keys()));
  }
});

Deno.test("locate() finds one of several networks, and each place of the same one", () => {
  const tensors = new Map([
    ...under("student.", shapesOf("resnet18", 4)),
    ...under("teacher.net.", shapesOf("resnet18", 9)),
    ...under("big.", shapesOf("resnet50", 2)),
  ]);
  const places = locate(tensors, [wanted({ name: "resnet18" })]).filter(({ faults }) => faults === 0);
  assertEquals(places.map(({ prefix }) => prefix), ["student.", "teacher.net."]);
  assertEquals(locate(tensors, everyModel())[0].prefix, "big.");
});

Deno.test("locate() leaves a head of another form out, and keeps what is too much inside the network", () => {
  const own = shapesOf("resnet18", 4);
  for (const key of ["fc.weight", "fc.bias"]) own.delete(key);
  const more: [string, Shaped][] = ["fc.1.weight", "head.fc.bias", "layer1.0.se.weight", "conv1.bias"].map((
    key,
  ) => [
    key,
    { shape: [4] },
  ]);
  const tensors = under("net.", new Map([...own, ...more]));
  const [{ tensors: found, used }] = locate(tensors, everyModel());
  assertEquals(new Set(found.keys()), new Set([...own.keys(), "layer1.0.se.weight", "conv1.bias"]));
  assertEquals(new Set(tensors.keys()).difference(used), new Set(["net.fc.1.weight", "net.head.fc.bias"]));
});

/** Hugging Face's name, from the description in its documentation rather than from the rules of the source. */
function theirs(name: string): string {
  const [module, ...rest] = name.split(".");
  const kinds: Record<string, string> = { conv: "convolution", bn: "normalization" };
  if (module === "fc") return `classifier.1.${rest[0]}`;
  if (!module.startsWith("layer")) return `resnet.embedder.embedder.${kinds[module.slice(0, -1)]}.${rest[0]}`;
  const [block, part, ...tail] = rest,
    stage = `resnet.encoder.stages.${Number(module.slice(5)) - 1}.layers.${block}`;
  if (part === "downsample") {
    return `${stage}.shortcut.${tail[0] === "0" ? "convolution" : "normalization"}.${tail[1]}`;
  }
  return `${stage}.layer.${Number(part.at(-1)) - 1}.${kinds[part.slice(0, -1)]}.${tail[0]}`;
}

Deno.test("locate() knows Hugging Face's names, with and without the classifier, behind a prefix too", () => {
  for (const name of modelNames.filter((name) => /res/.test(name))) {
    const own = shapesOf(name, 7);
    const hub = new Map([...own].map(([key, tensor]) => [theirs(key), tensor]));
    for (const prefix of ["", "module."]) {
      const [best] = locate(under(prefix, hub), everyModel());
      assertEquals([best.network.name, best.prefix, best.faults], [name, prefix, 0]);
      assertEquals(new Map(best.tensors), own);
    }
    const backbone = new Map(
      [...hub].filter(([key]) => key.startsWith("resnet.")).map((
        [key, tensor],
      ) => [key.slice("resnet.".length), tensor]),
    );
    const [best] = locate(backbone, everyModel());
    assertEquals([best.network.name, best.faults, best.tensors.size], [name, 0, own.size - 2]);
  }
});

Deno.test("locate() finds nothing in another network, or in a head alone", () => {
  assertEquals(locate(new Map([["features.0.weight", { shape: [64, 3, 3, 3] }]]), everyModel()), []);
  assertEquals(locate(new Map([["fc.bias", { shape: [10] }]]), everyModel()), []);
  assertEquals(
    locate(new Map([["a.".repeat(1e5) + "conv1.weight", { shape: [64, 3, 7, 7] }]]), everyModel()),
    [],
  );
});
