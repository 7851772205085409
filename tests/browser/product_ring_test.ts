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
  /^conv2d\(\) takes a stride of 3/,
  /^conv2d\(\) leaves out taps/,
  /^linear\(\) .* (?:13|150) rows/,
  /^(?:implicitGemmTiled|conv2dWgradTiled)\(\) (?:agrees|leaves|of|takes|writes)/,
  /^implicitGemmTiled\(\) .* at another parity/,
];

browserTest(
  "the products pass their ring in Chromium",
  (context) => runInPage(context, productTests, LEFT_OUT),
);
