import { assert, assertEquals } from "@std/assert";
import { decodeImage } from "../../../src/host/deno_images.ts";
import { samplePredictions } from "../../../src/train/callbacks/sample_predictions.ts";
import { classes, drawnRun } from "./drawn_run.ts";

Deno.test("sample_predictions shows samples of every class, the same whatever their order in validation", async () => {
  const { state, context, files, asked } = drawnRun();
  let svg = "";
  const plotting: typeof context.plotting = async (texts) => {
    const { font, png } = await context.plotting(texts);
    const keep: typeof png = (drawing, dotsPerInch) => {
      svg = drawing.svg;
      return png(drawing, dotsPerInch);
    };
    return { font, png: keep };
  };
  const callback = samplePredictions({ every: 1, count: 6 }, { ...context, plotting });
  await callback.epochEnd?.(state);
  const { logits, labels, indices } = state.outputs!;
  const chosen = asked.map((name) => Number(name.replace("valid ", "")));
  assertEquals(new Set(chosen.map((index) => labels[indices.indexOf(index)])).size, new Set(labels).size);
  const shown = [...svg.matchAll(/<title>(right|wrong)<\/title>/g)].map(([, word]) => word);
  const expected = chosen.map((index) => {
    const row = indices.indexOf(index);
    const scores = [...logits.subarray(row * classes.length, (row + 1) * classes.length)];
    return scores.indexOf(Math.max(...scores)) === labels[row] ? "right" : "wrong";
  });
  assertEquals(shown, expected);
  const { width } = await decodeImage(files.get("run/epoch_000/sample_predictions.png")!);
  assert(width > 1000);
});

Deno.test("sample_predictions takes what there is where the split is smaller", async () => {
  const { state, context, files, asked } = drawnRun();
  await samplePredictions({ every: 1, count: 400 }, context).epochEnd?.(state);
  assertEquals([asked.length, files.size], [21, 1]);
  state.outputs = undefined;
  await samplePredictions({ every: 1, count: 4 }, context).epochEnd?.(state);
  assertEquals(files.size, 1);
});
