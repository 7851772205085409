import { assertEquals } from "@std/assert";
import { editDistance, nearest } from "../../src/base/nearest.ts";

const distances: [a: string, b: string, distance: number][] = [
  ["", "", 0],
  ["abc", "abc", 0],
  ["", "abc", 3],
  ["abc", "", 3],
  ["kitten", "sitting", 3],
  ["max_epoch", "max_epochs", 1],
  ["ab", "ba", 2],
];

for (const [a, b, distance] of distances) {
  Deno.test(`editDistance() of "${a}" and "${b}" is ${distance}`, () =>
    assertEquals(editDistance(a, b), distance));
}

const suggestions: [name: string, candidates: string[], best: string | undefined][] = [
  ["resnet19", ["resnet18", "resnet34", "resnet50"], "resnet18"],
  ["RESNET34", ["resnet18", "resnet34"], "resnet34"],
  ["max_epoch", ["precision", "max_epochs"], "max_epochs"],
  ["lr", ["eps", "betas", "lr"], "lr"],
  ["xyzzy", ["precision", "max_epochs"], undefined],
  ["anything", [], undefined],
];

for (const [name, candidates, best] of suggestions) {
  Deno.test(`nearest() to ${name} among [${candidates}] is ${best ?? "nothing"}`, () => {
    assertEquals(nearest(name, candidates), best);
  });
}
