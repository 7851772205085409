/** The augmentation's tests in Chromium: the cases of tests/data/gpu. */
import { browserTest } from "../rings.ts";
import { runInPage } from "./ring_in_page.ts";

browserTest(
  "augmentation on the GPU passes its tests in Chromium",
  (context) =>
    runInPage(
      context,
      ["augmenter", "colors", "degrade", "finish"].map((name) => `tests/data/gpu/${name}_test.ts`),
    ),
);
