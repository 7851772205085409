/** A training step in Chromium against the same step in Deno. */
import { assert, assertEquals } from "@std/assert";
import { readSafetensors, toFloat32 } from "../../mod.ts";
import { assertClose } from "../reference/compare.ts";
import { browserTest, chromiumPath, e2eTest } from "../rings.ts";
import { blank, bundle, script, withPage } from "../browser/harness.ts";
import { type TwoSteps, twoSteps } from "../browser/two_steps.ts";

const TOLERANCE = 1e-4;

/** Needs the browser, and an adapter for Deno as well. */
const test = chromiumPath === undefined ? browserTest : e2eTest;

test("two training steps in Chromium agree with Deno's", async () => {
  const expected = await twoSteps(navigator.gpu);
  const actual = await twoStepsInPage();
  for (const [i, { loss, gradientNorm }] of expected.steps.entries()) {
    const close = (name: string, actual: number, expected: number) =>
      assertClose({
        op: `step ${i + 1}`,
        name,
        actual: [actual],
        expected: [expected],
        tolerance: TOLERANCE,
      });
    close("loss", actual.steps[i].loss, loss);
    close("gradient norm", actual.steps[i].gradientNorm, gradientNorm);
  }
  const tensors = readSafetensors(actual.checkpoint).tensors;
  const wanted = readSafetensors(expected.checkpoint).tensors;
  assertEquals([...tensors.keys()], [...wanted.keys()]);
  assert(wanted.size > 100, "ResNet-18 has 122 parameters and statistics");
  for (const [name, tensor] of wanted) {
    const [expected, actual] = [tensor, tensors.get(name)!].map(toFloat32);
    assertClose({ op: "two steps", name, actual, expected, tolerance: TOLERANCE });
  }
});

async function twoStepsInPage(): Promise<TwoSteps> {
  let result: TwoSteps | undefined;
  const routes = { "/": blank, "/two_steps.js": script(await bundle(["tests/browser/two_steps.ts"])) };
  await withPage(routes, async ({ page, posted, errors }) => {
    const steps = await page.evaluate<TwoSteps["steps"], string>(async (url) => {
      const { steps, checkpoint } = await (await import(url)).twoSteps(navigator.gpu);
      await fetch("/checkpoint", { method: "POST", body: checkpoint });
      return steps;
    }, "/two_steps.js");
    assertEquals(errors, []);
    result = { steps, checkpoint: posted.get("/checkpoint")! };
  });
  return result!;
}
