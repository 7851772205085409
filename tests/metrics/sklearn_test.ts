/**
 * F1, AUROC and the confusion matrix beside scikit-learn's on random scores. Needs a Python with `sklearn`; another
 * interpreter than python3 is named by $PYTHON.
 */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { auroc } from "../../src/metrics/auroc.ts";
import { confusionMatrix } from "../../src/metrics/confusion.ts";
import { f1 } from "../../src/metrics/f1.ts";
import { nll } from "../../src/metrics/nll.ts";
import { randomScores } from "./random_scores.ts";

const python = Deno.env.get("PYTHON") ?? "python3";

const script = `
import json, sys, numpy as np
from sklearn import metrics as m
case = json.load(sys.stdin)
classes = case["classes"]; every = list(range(classes))
x = np.array(case["logits"]).reshape(-1, classes); y = np.array(case["labels"])
p = np.exp(x - x.max(1, keepdims=True)); p /= p.sum(1, keepdims=True)
guess = x.argmax(1)
f1 = lambda average: m.f1_score(y, guess, average=average, labels=every, zero_division=0)
area = lambda c: float(m.roc_auc_score(y == c, p[:, c])) if 0 < (y == c).sum() < len(y) else None
json.dump({"confusion": m.confusion_matrix(y, guess, labels=every).ravel().tolist(), "per_class": f1(None).tolist(),
  "averages": [float(f1(a)) for a in ("macro", "micro", "weighted")], "areas": [area(c) for c in every],
  "nll": float(m.log_loss(y, p, labels=every))}, sys.stdout)
`;

/** What Python prints for a code and an input, or undefined if it fails or is not there. */
async function run(code: string, input: string): Promise<string | undefined> {
  try {
    const child = new Deno.Command(python, {
      args: ["-c", code],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const output = child.output();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input)).catch(() => {});
    await writer.close().catch(() => {});
    const { success, stdout } = await output;
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const canImport = await run("import sklearn.metrics", "") !== undefined;
const reason = canImport ? "" : ` (ignored: ${python} cannot import sklearn.metrics)`;

for (const [samples, classes] of [[301, 7], [64, 2], [500, 43]]) {
  Deno.test({
    name: `Metrics of ${samples} samples of ${classes} classes are scikit-learn's${reason}`,
    ignore: !canImport,
    fn: async () => {
      const { logits, labels } = randomScores(samples, classes, classes);
      const input = JSON.stringify({ classes, logits: [...logits], labels: [...labels] });
      const expected = JSON.parse((await run(script, input))!);
      const matrix = confusionMatrix(classes),
        score = f1(classes),
        area = auroc(classes),
        loss = nll(classes);
      for (const metric of [matrix, score, area, loss]) metric.update(logits, labels);
      assertEquals([...matrix.compute().counts], expected.confusion);
      const { perClass, macro, micro, weighted } = score.compute()!;
      for (const [c, value] of perClass.entries()) assertAlmostEquals(value, expected.per_class[c], 1e-12);
      for (const [i, value] of [macro, micro, weighted].entries()) {
        assertAlmostEquals(value, expected.averages[i], 1e-12);
      }
      for (const [c, value] of area.compute().perClass.entries()) {
        if (value === null) assertEquals(expected.areas[c], null);
        else assertAlmostEquals(value, expected.areas[c], 1e-3, `class ${c}`);
      }
      assertAlmostEquals(loss.compute()!, expected.nll, 1e-9);
    },
  });
}
