/** The op ring in Chromium, but for the matrix products (see product_ring_test.ts). */
import { browserTest } from "../rings.ts";
import { otherTests } from "./op_tests.ts";
import { runInPage } from "./ring_in_page.ts";

/** Counts pipelines, which no browser changes, and compiles every op to do so. */
const LEFT_OUT = [/^no op compiles another pipeline/];

browserTest(
  "every op but the products passes its ring in Chromium",
  (context) => runInPage(context, otherTests, LEFT_OUT),
);
