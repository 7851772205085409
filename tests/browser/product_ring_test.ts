/** The op ring of the matrix products in Chromium. */
import { browserTest } from "../rings.ts";
import { productTests } from "./op_tests.ts";
import { runInPage } from "./ring_in_page.ts";

/**
 * Cases that Deno alone runs. Each compiles up to eleven variants of the same few kernels, and Chromium's software GPU
 * takes one to four seconds for one; other cases go the same ways with fewer.
 */
const LEFT_OUT = [
  /^conv2d\(\) agrees with its definition on drawn shape/,
  /^conv2d\(\) of the 7x7 stem/,
  /^conv2d\(\) returns dx for a 1x1 filter/,
  /^conv2d\(\) takes a stride of 3/,
  /^conv2d\(\) leaves out taps/,
  /^depthwiseConv2d\(\) of 5x5 with stride 2/,
  /^linear\(\) .* (?:1|13|150) rows/,
  /^(?:implicitGemmTiled|conv2dWgradTiled)\(\)/,
];

browserTest(
  "the products pass their ring in Chromium",
  (context) => runInPage(context, productTests, LEFT_OUT),
);
