/** The portable preprocessing in ONNX Runtime Web, whose WebAssembly is another build than the one that checks exports. */
import { assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { normalizer } from "../../src/data/transforms/normalize.ts";
import { pipeline } from "../../src/data/transforms/pipeline.ts";
import { IMAGENET } from "../../src/data/types.ts";
import { patterned } from "../data/helpers.ts";
import { withFolder } from "../e2e/cli.ts";
import { preparationFile } from "../formats/onnx/preparation.ts";
import { browserTest } from "../rings.ts";
import { web } from "../soak/onnx_runtimes/web.ts";

const SIZE = 24, RESIZED = 29;

browserTest(
  "a preprocessing graph gives in a page what evaluation gives, bit for bit",
  () =>
    withFolder(async (folder) => {
      const preparation = {
        input: "pixels",
        normalization: IMAGENET,
        resize: RESIZED,
        interpolation: "bilinear",
        form: "portable",
      } as const;
      await Deno.writeFile(`${folder}/input.onnx`, await preparationFile(preparation, SIZE));
      const pictures = [[131, 77], [24, 24], [17, 60]].map(([width, height]) => patterned(width, height));
      const steps = [{ resize: { size: RESIZED } }, { center_crop: { size: SIZE } }];
      const prepare = pipeline(steps, { imageSize: SIZE, purpose: "eval" });
      const inputs = pictures.map(({ width, height, data }) => {
        return { type: "u8", shape: [1, height, width, 3], values: data } as const;
      });
      const outputs = await web("wasm").run(`${folder}/input.onnx`, inputs);
      for (const [i, picture] of pictures.entries()) {
        const expected = new Float32Array(SIZE * SIZE * 4); // [H, W, 4]
        normalizer(IMAGENET)(prepare.apply(picture, rng(0)), expected, 0);
        const planes = expected.filter((_, at) => at % 4 < 3);
        assertEquals(
          outputs[i],
          Array.from(planes, (_, at) => planes[at % SIZE ** 2 * 3 + Math.floor(at / SIZE ** 2)]),
        );
      }
    }),
);
