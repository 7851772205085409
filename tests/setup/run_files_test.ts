import { assertEquals } from "@std/assert";
import { reportedFindings } from "../../src/setup/run_files.ts";

Deno.test("findings are told worst first, with a few examples and how many there are", () => {
  const file = (path: string) => ({ path, split: "train" as const, className: "7" });
  const found = reportedFindings([
    { kind: "imbalance", groups: [], classes: [{ className: "3", note: "2 images" }] },
    {
      kind: "leak",
      groups: Array.from({ length: 12 }, (_, i) => [file(`a${i}`), file(`b${i}`)]),
      classes: [],
    },
  ]);
  assertEquals(found.map(({ severity, items, count }) => [severity, items.length, count]), [
    ["error", 8, 12],
    ["info", 1, 1],
  ]);
  assertEquals([found[0].items[0], found[1].items[0]], ["a0 (7) = b0 (7)", "3: 2 images"]);
});
