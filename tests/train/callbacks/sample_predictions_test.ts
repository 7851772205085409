import { assert, assertEquals } from "@std/assert";
import { decodeImage } from "../../../src/host/deno_images.ts";
import { samplePredictions } from "../../../src/train/callbacks/sample_predictions.ts";
import { classes, drawnRun } from "./drawn_run.ts";

Deno.test("sample_predictions shows the split's first samples, whatever their order in validation", async () => {
  const { state, context, files, asked } = drawnRun();
  let svg = "";
  const plotting = async () => {
    const { font, png } = await context.plotting();
    const keep: typeof png = (drawing, dotsPerInch) => {
      svg = drawing.svg;
      return png(drawing, dotsPerInch);
    };
    return { font, png: keep };
  };
  const callback = samplePredictions({ every: 1, count: 6 }, { ...context, plotting });
  await callback.epochEnd?.(state);
  assertEquals(asked, [0, 1, 2, 3, 4, 5].map((index) => `valid ${index}`));
  const { logits, labels, indices } = state.outputs!;
  const shown = [...svg.matchAll(/<title>(right|wrong)<\/title>/g)].map(([, word]) => word);
  const expected = [0, 1, 2, 3, 4, 5].map((index) => {
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
