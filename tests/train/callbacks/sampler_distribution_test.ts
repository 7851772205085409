import { assert, assertEquals } from "@std/assert";
import { distributionTable, samplerDistribution } from "../../../src/train/callbacks/sampler_distribution.ts";
import { drawn, drawnRun, json } from "./drawn_run.ts";

Deno.test("sampler_distribution gives drawn, expected and ratio of the epoch just run", async () => {
  const { state, context, files, lines } = drawnRun();
  const callback = samplerDistribution(context);
  await callback.epochEnd?.(state);
  assertEquals(files.size, 0);
  state.drawn = drawn;
  await callback.epochEnd?.(state);
  const { epoch, classes } = json(files.get("run/epoch_000/sampler_distribution.json"));
  assertEquals(epoch, 0);
  assertEquals(classes[0], { name: "0", drawn: 3, expected: 2.5, ratio: 1.2 });
  assertEquals(classes[1], { name: "<script>", drawn: 0, expected: 0, ratio: null });
  assertEquals(lines.slice(0, 2), [
    "drawn in epoch 0                       samples  expected  ratio",
    "0                                            3       2.5   1.20",
  ]);
});

Deno.test("distributionTable() says in a line that all is as expected", () => {
  const even = { epoch: 2, drawn: Uint32Array.of(4, 0), expected: Float64Array.of(4, 0) };
  assertEquals(distributionTable(["a", "b"], even), ["drawn in epoch 2: each class as often as expected"]);
});

Deno.test("distributionTable() shows the ten classes furthest from what was expected, in class order", () => {
  const names = Array.from({ length: 42 }, (_, i) => String(i));
  const lines = distributionTable(names, {
    epoch: 3,
    drawn: Uint32Array.from(names, (_, i) => i < 12 ? 100 + 10 * i : 100),
    expected: new Float64Array(42).fill(100),
  });
  assertEquals(lines.slice(1, -1).map((line) => line.split(" ")[0]), "2,3,4,5,6,7,8,9,10,11".split(","));
  assert(lines.at(-1)!.startsWith("and 32 more"));
});
