/** Decisions come back from their lists as they were, and a patch says of them what the user decided. */
import { assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { correctionsOf, decidedOf, type Decision, decisionsOf } from "../../web/protocol/decided.ts";

Deno.test("decisions come back from their lists, in their order and with as many objects as there are kinds", () => {
  const random = rng(3, "decided");
  const kinds: Decision[] = [{ isDropped: true }, { label: "猫" }, { split: "test" }, {
    label: "9",
    split: "valid",
  }];
  const names = random.permutation(1000);
  const decisions = new Map([...names].map((name) => [`${name}.jpg`, kinds[name % kinds.length]]));
  const decided = structuredClone(decidedOf(decisions));
  assertEquals(decided.kinds.length, kinds.length);
  assertEquals([...decisionsOf(decided)], [...decisions]);
});

Deno.test("a patch drops, moves and relabels as was decided, and leaves out what was taken back", () => {
  const decisions = new Map<string, Decision>([
    ["a", { isDropped: false }],
    ["b", { isDropped: true, label: "7" }],
    ["c", { isDropped: false, label: "7" }],
    ["d", { split: "test" }],
    ["e", { split: "test", label: "7" }],
  ]);
  assertEquals(correctionsOf(decidedOf(decisions)), [
    { image: "b", action: "drop", reason: "decided in the page" },
    { image: "c", action: "relabel", label: "7" },
    { image: "d", action: "move", split: "test" },
    { image: "e", action: "move", split: "test", label: "7" },
  ]);
});
