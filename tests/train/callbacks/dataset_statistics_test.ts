import { assert, assertEquals } from "@std/assert";
import { datasetStatistics, statisticsTable } from "../../../src/train/callbacks/dataset_statistics.ts";
import { drawnRun, json } from "./drawn_run.ts";

Deno.test("dataset_statistics gives count and share of each class in each split", async () => {
  const { state, context, files, lines } = drawnRun();
  await datasetStatistics(context).fitStart?.(state);
  const { train, valid } = json(files.get("run/dataset_statistics.json"));
  assertEquals(train.total, 100);
  assertEquals(train.classes[1], { name: "<script>", count: 20, share: .2 });
  assertEquals(valid.classes[0], { name: "0", count: 0, share: null });
  assert(files.has("run/dataset_statistics.png"));
  assertEquals(lines.slice(0, 3), [
    "class                                  train   share  valid  share",
    "0                                         10  10.0 %      0      -",
    "<script>                                  20  20.0 %      0      -",
  ]);
});

Deno.test("statisticsTable() shows the first of many classes, and no control characters", () => {
  const names = Array.from({ length: 70 }, (_, i) => `\x1b[31m${i}`);
  const lines = statisticsTable(names, [{ name: "train", counts: new Uint32Array(70) }]);
  assertEquals(lines.length, 1 + 50 + 1 + 2);
  assert(lines.at(-2)!.includes("20 more classes"));
  // deno-lint-ignore no-control-regex
  assert(!/\x1b/.test(lines.join()));
});
