/** What logits say against labels, against softmax in plain loops. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { judgeRows } from "../../src/metrics/label_margin.ts";

for (const classes of [2, 7, 42]) {
  Deno.test(`judgeRows() compares the label with the best other of ${classes} classes`, () => {
    const random = rng(classes, "margin"), rows = 33;
    const logits = Float32Array.from({ length: rows * classes }, () => 3 * random.normal());
    const labels = Array.from({ length: rows }, () => random.integer(classes));
    judgeRows(logits, labels, classes).forEach(({ predicted, confidence, own, margin }, row) => {
      const powers = [...logits.subarray(row * classes, (row + 1) * classes)].map(Math.exp);
      const shares = powers.map((power) => power / powers.reduce((a, b) => a + b));
      const others = shares.filter((_, k) => k !== labels[row]);
      assertEquals(predicted, shares.indexOf(Math.max(...shares)));
      assertAlmostEquals(confidence, Math.max(...shares), 1e-6);
      assertAlmostEquals(own, shares[labels[row]], 1e-6);
      assertAlmostEquals(margin, Math.max(...others) - shares[labels[row]], 1e-6);
    });
  });
}
