import { assert, assertEquals } from "@std/assert";
import { encodePng } from "../../src/formats/png.ts";
import { decodeImage } from "../../src/host/deno_images.ts";
import { samplesPlot } from "../../src/plots/samples_plot.ts";
import { flat } from "../data/helpers.ts";
import { assertLegible, classNames, count, font, png } from "./layout.ts";

const picture = { width: 3, height: 2, png: await encodePng(flat(3, 2, [250, 10, 20])) };

for (const samples of [1, 3, 16, 18]) {
  Deno.test(`samplesPlot() of ${samples} samples clips and covers no text`, () => {
    const names = classNames(samples, "long");
    const tiles = names.map((truth, i) => ({
      picture,
      truth,
      predicted: names[samples - 1 - i],
      confidence: i === 0 ? NaN : 1 / (i + 1),
      right: i % 3 === 0,
    }));
    const title = "Predictions of the first samples of the valid split, epoch 7";
    const plot = samplesPlot({ title, samples: tiles }, font);
    assertLegible(plot);
    assertEquals(count(plot, "image"), samples);
    assertEquals(plot.svg.split("<title>right").length - 1, Math.ceil(samples / 3));
    assert(!plot.svg.includes("<script"));
  });
}

Deno.test("samplesPlot() shows each picture whole, in a frame of its colour", async () => {
  const tile = (right: boolean) => ({ picture, truth: "a", predicted: "b", confidence: .5, right });
  const plot = samplesPlot({ title: "t", samples: [tile(true), tile(false)] }, font);
  const drawn = await decodeImage(await png(plot, 96));
  const at = (x: number, y: number) => [...drawn.data.subarray(3 * (y * drawn.width + x)).subarray(0, 3)];
  assertEquals(at(20 + 120, 64 + 120), [250, 10, 20]);
  assertEquals(at(20 + 120, 64 + 2), [0x00, 0x9e, 0x73]);
  assertEquals(at(20 + 260 + 120, 64 + 2), [0xd5, 0x5e, 0x00]);
  assertEquals(at(20 + 120, 64 + 20), [0xf1, 0xf3, 0xf5]); // wider than high: paper above it
});
