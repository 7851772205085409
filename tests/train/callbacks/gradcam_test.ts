/** The drawing of what a model looks at: of the weights that were validated, for samples of every class. */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../src/base/errors.ts";
import { IMAGENET } from "../../../src/data/types.ts";
import { decodeImage } from "../../../src/host/deno_images.ts";
import { createModel } from "../../../src/nn/models/mod.ts";
import { ema } from "../../../src/optim/ema.ts";
import { gradcamCallback } from "../../../src/train/callbacks/gradcam.ts";
import { gradcam } from "../../../src/train/gradcam.ts";
import { withHeat } from "../../../src/plots/heat.ts";
import { normalizer } from "../../../src/data/transforms/normalize.ts";
import { encodePng } from "../../../src/formats/png.ts";
import { deviceTest } from "../../core/fixtures.ts";
import { patterned } from "../../data/helpers.ts";
import { classes, drawnRun } from "./drawn_run.ts";

const SIZE = 32;

deviceTest("gradcam draws each sample beside the heat of the averaged weights", async (device) => {
  const { state: blank, context, files } = drawnRun();
  const [model, averaged] = [1, 2].map((seed) =>
    createModel(device, "resnet18", { classes: classes.length, seed })
  );
  const own = await model.parameters.state();
  model.parameters.load(await averaged.parameters.state());
  const averages = ema([model.parameters.values, model.parameters.statistics]);
  model.parameters.load(own);
  let svg = "";
  const plotting: typeof context.plotting = async (texts) => {
    const { font, png } = await context.plotting(texts);
    return { font, png: (drawing, dotsPerInch) => png({ ...drawing, svg: svg = drawing.svg }, dotsPerInch) };
  };
  const picture = (_: string, index: number) => patterned(SIZE, SIZE, index);
  const callback = gradcamCallback({ every: 1, count: 3, layer: "layer2" }, {
    ...context,
    plotting,
    picture,
    normalization: IMAGENET,
    imageSize: SIZE,
  });
  const state = { ...blank, model, averages, evaluated: "averages" as const };
  callback.fitStart?.(state);
  const before = await model.parameters.values.read(), live = device.pool.stats().live;
  await callback.epochEnd?.(state);
  assertEquals(device.pool.stats().live, live);
  assertEquals(await model.parameters.values.read(), before);
  const { width, height } = await decodeImage(files.get("run/epoch_000/gradcam.png")!);
  assert(width > 1000 && height > 500, `${width} x ${height}`);
  const shown = [...svg.matchAll(/base64,([^"]+)"/g)].map(([, text]) => text);
  assertEquals(shown.length, 6);
  // The first pair again, from the other model itself.
  const pictures = Array.from({ length: 21 }, (_, i) => patterned(SIZE, SIZE, i));
  const inPng = await Promise.all(pictures.map(async (one) => (await encodePng(one)).toBase64()));
  const at = inPng.indexOf(shown[0]), { outputs } = state, row = outputs!.indices.indexOf(at);
  const scores = [...outputs!.logits.subarray(row * classes.length, (row + 1) * classes.length)];
  const images = new Float32Array(SIZE * SIZE * 4);
  normalizer(IMAGENET)(pictures[at], images, 0);
  const heats = [];
  for (const one of [averaged, model]) {
    const cam = gradcam(device, one, { imageSize: SIZE, batchSize: 1, layer: "layer2" });
    const { maps } = await cam.run(images, 1, [scores.indexOf(Math.max(...scores))]);
    heats.push((await encodePng(withHeat(pictures[at], maps[0]))).toBase64());
    cam.free();
  }
  assertEquals(shown[1], heats[0]);
  assertNotEquals(shown[1], heats[1]);
});

deviceTest("gradcam refuses an unknown layer before the run begins", (device) => {
  const { state, context } = drawnRun();
  const model = createModel(device, "resnet18", { classes: classes.length, seed: 1 });
  const callback = gradcamCallback({ every: 1, count: 3, layer: "layer5" }, context);
  assertThrows(() => callback.fitStart?.({ ...state, model }), ConfigError, "did you mean layer1?");
});
