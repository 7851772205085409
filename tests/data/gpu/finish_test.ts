import { assert } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import type { Operation, OperationOf } from "../../../src/data/transforms/operation.ts";
import { pipeline } from "../../../src/data/transforms/pipeline.ts";
import type { Picture } from "../../../src/data/types.ts";
import { gpuTest } from "../../rings.ts";
import { assertTwins, photo } from "./render_case.ts";

const SIDE = 37;
const pictures = [[61, 47], [SIDE, SIDE], [200, 33], [5, 90]].map(([width, height], i) =>
  photo(width, height, i)
);

gpuTest("augmenter() erases boxes of the normalised image, one after the other", async () => {
  const box = (top: number, left: number, value: OperationOf<"erase">["value"]): Operation => ({
    kind: "erase",
    top,
    left,
    height: 3,
    width: 2,
    value,
  });
  for (const side of [35, 16, 5]) {
    const operations = pictures.map((_, i): Operation[] => [
      { kind: "resize", width: side, height: side },
      ...[box(0, 0, [0, 0, 0]), box(1, i, [1, -2, 0.5])].slice(i % 3),
    ]);
    await assertTwins({ pictures, operations, side }, "exact", `side ${side}`);
  }
});

gpuTest("augmenter() mixes the images of a batch, however many there are", async () => {
  const side = SIDE, count = 71; // more than two chunks
  const many = Array.from({ length: count }, (_, i) => pictures[i % pictures.length]);
  const prepared = [
    { resize: { size: side, keep_aspect: false } },
    { random_apply: { p: 0.5, transforms: [{ color_jitter: { brightness: 0.3, contrast: 0.3 } }] } },
    "normalize",
    { random_erasing: { p: 0.5, value: [1, -2, 0.5] } },
  ];
  const { draw } = pipeline(prepared, { imageSize: side, purpose: "train" });
  const operations = many.map((picture: Picture, i) => draw(picture, rng(7, i)));
  assert(operations.flat().some(({ kind }) => kind === "erase"));
  const whole = { top: 0, left: 0, width: side, height: side },
    part = { top: 5, left: 20, width: 7, height: 11 };
  const ways = [{ share: 0.3, own: 0.3, box: whole }, { share: 0.9, own: 0, box: part }], [blend, box] = ways;
  const [one, list] = [many.slice(0, 1), operations.slice(0, 1)];
  for (const all of ways) {
    const mix = { partner: "before", all } as const;
    await assertTwins({ pictures: many, operations, side, mix }, "exact", `own ${all.own}`);
    await assertTwins({ pictures: one, operations: list, side, mix }, "exact", "an image with itself");
  }
  const none = { share: 1, own: 1, box: { ...part, width: 0 } };
  const rows = many.map((_, row) =>
    row === 3 || row === count - 4 ? none : row % 3 === 0 ? box : { ...blend, own: row / 99 }
  );
  const mix = { partner: "mirrored", rows } as const;
  await assertTwins({ pictures: many, operations, side, mix }, "exact", "pairs");
  await assertTwins({ pictures: one, operations: list, side, mix }, "exact", "an image without a partner");
});
