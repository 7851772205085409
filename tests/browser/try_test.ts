/** Models in the page: a checkpoint says there what `deno task predict` says, its ONNX file, too, and pickles run nothing. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { denoHost } from "../../src/host/deno.ts";
import { encodePng } from "../../src/host/deno_images.ts";
import { writeSafetensors } from "../../src/formats/safetensors.ts";
import { exportTask } from "../../src/tasks/export.ts";
import { predict } from "../../src/tasks/predict.ts";
import { writeCard } from "../../src/train/model_card.ts";
import { patterned } from "../data/helpers.ts";
import { withFolder } from "../e2e/cli.ts";
import { randomResnet18 } from "../formats/onnx/weights.ts";
import { afterAll, browserTest } from "../rings.ts";
import { isPlaying, withOpenPage } from "./open_page.ts";

const SHOTS = Deno.env.get("PAGE_SHOTS");
const classes = ["0", "<b>", "23"], COUNT = 20, SLOW = { timeout: 240_000 };

/** A checkpoint of random weights, its ONNX file, and images of many sizes. */
type Made = { readonly checkpoint: string; readonly onnx: string; readonly images: string[] };

let folder: string | undefined, making: Promise<Made> | undefined;

/** Makes them when the first test asks for them; they are removed after the last. */
function made(): Promise<Made> {
  return making ??= Deno.makeTempDir({ prefix: "wgrad_try_" }).then((at) => make(folder = at));
}

afterAll(async () => {
  if (folder !== undefined) await Deno.remove(folder, { recursive: true });
});

async function make(folder: string): Promise<Made> {
  const checkpoint = `${folder}/best.safetensors`, onnx = `${folder}/model.onnx`;
  const steps = [{ resize: { size: 36 } }, { center_crop: {} }, { normalize: {} }];
  const card = writeCard({ model: "resnet18", classes, imageSize: 32, steps });
  await Deno.writeFile(checkpoint, writeSafetensors(randomResnet18(classes.length), new Map(card)));
  await exportTask({ ...denoHost(), print: () => {} }, [checkpoint, "--output", onnx]);
  const images = Array.from({ length: COUNT }, (_, i) => `${folder}/${String(i).padStart(2, "0")}.png`);
  for (const [i, path] of images.entries()) {
    await Deno.writeFile(path, await encodePng(patterned(30 + 7 * i, 61 - i, i)));
  }
  return { checkpoint, onnx, images };
}

/** Rows of a table of predictions: the file's name, and the confidence in each class. */
function rowsOf(csv: string): Map<string, Map<string, number>> {
  const rows = csv.trim().split("\n").slice(1).map((line) => line.split(","));
  return new Map(rows.map(([file, ...rest]) => {
    const guesses = classes.map((_, i): [string, number] => [rest[2 * i], Number(rest[2 * i + 1])]);
    return [file.split("/").at(-1)!, new Map(guesses)];
  }));
}

async function predicted(model: string, images: readonly string[]): Promise<string> {
  const lines: string[] = [];
  await predict({ ...denoHost(), print: (line) => void lines.push(line), remark: () => {} }, [
    model,
    ...images,
    "--csv",
  ]);
  return lines.join("\n");
}

async function choose(page: Page, label: string, files: string | string[]): Promise<void> {
  await page.locator("label", { hasText: label }).locator("input").setInputFiles(files);
}

/** Pastes an image, as a person does after copying one. */
async function paste(page: Page, bytes: Uint8Array): Promise<void> {
  await page.evaluate((bytes) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([new Uint8Array(bytes)], "pasted.png", { type: "image/png" }));
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
  }, [...bytes]);
}

/** Predictions are the same, and their logits, up to what all have in common, differ by less than 1e-4. */
function assertSame(actual: string, expected: string): void {
  const right = rowsOf(expected);
  assertEquals([...rowsOf(actual).keys()], [...right.keys()]);
  for (const [file, guesses] of rowsOf(actual)) {
    assertEquals([...guesses.keys()], [...right.get(file)!.keys()], file);
    const [first] = guesses.keys();
    for (const [name, confidence] of guesses) {
      const logit = (all: Map<string, number>, share: number) => Math.log(share / all.get(first)!);
      const by = logit(guesses, confidence) - logit(right.get(file)!, right.get(file)!.get(name)!);
      assert(Math.abs(by) < 1e-4 + 2e-6 / confidence, `${file} ${name}: logits differ by ${by}`);
    }
  }
}

/** The table of all images. */
async function table(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Classify all" }).click();
  await page.getByText(`${COUNT} images classified`).waitFor(SLOW);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save predictions.csv" }).click(),
  ]);
  return await Deno.readTextFile(await download.path());
}

/** In the page: presses Cancel as soon as it is there, since a few images may be done before Playwright has found it. */
function cancelAtOnce(): Promise<void> {
  return new Promise((resolve) => {
    const watch = new MutationObserver(() => {
      const cancel = [...document.querySelectorAll("button")].find((one) => one.textContent === "Cancel");
      if (!cancel) return;
      watch.disconnect();
      cancel.click();
      resolve();
    });
    watch.observe(document.body, { childList: true, subtree: true });
  });
}

browserTest("a checkpoint says in the page what deno task predict says", async () => {
  const { checkpoint, images } = await made(), expected = await predicted(checkpoint, images);
  await withOpenPage({}, async (page) => {
    await page.getByRole("button", { name: "Try it" }).click();
    await choose(page, "Choose images", images);
    await choose(page, "Choose a model", checkpoint);
    await page.locator(".tried canvas[data-shown$=heat]").waitFor(SLOW);
    const [, best] = rowsOf(expected).get("00.png")!.entries().next().value!;
    assertEquals(await page.locator(".guesses li span").first().innerText(), `${(100 * best).toFixed(1)} %`);
    assertEquals(await page.locator(".guesses li").count(), 3);
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/tried.png`, fullPage: true });
    const least = page.locator(".guesses button").last();
    await least.click();
    await page.locator(".guesses button[aria-pressed=true]", { hasText: await least.innerText() })
      .waitFor(SLOW);
    await page.getByRole("checkbox", { name: "What speaks for" }).uncheck();
    await page.locator(".tried canvas[data-shown$=seen]").waitFor();
    const cancelled = page.evaluate(cancelAtOnce);
    await page.getByRole("button", { name: "Classify all" }).click();
    await cancelled;
    await page.locator("main progress, main [role=status]").first().waitFor({ state: "detached" });
    assertSame(await table(page), expected);

    const isTried = (name: string) => page.locator("#tried-title", { hasText: `, ${name}` }).waitFor(SLOW);
    await paste(page, await Deno.readFile(images[3]));
    await isTried("pasted.png");
    await page.context().grantPermissions(["camera"]);
    await page.getByRole("button", { name: "Use the camera" }).click();
    await isPlaying(page);
    await page.getByRole("button", { name: "Take this image" }).click();
    await isTried("camera.png");
    assertEquals(await page.locator("video").count(), 0);
  });
});

browserTest(
  "a page from disk runs ONNX files as deno task predict does, and nothing that a pickle names",
  () =>
    withFolder(async (folder) => {
      const { onnx, images } = await made(), evil = "tests/fixtures/parity/evil.pth";
      await Deno.writeTextFile(`${folder}/broken.safetensors`, "no weights");
      await Deno.writeTextFile(`${folder}/notes.txt`, "no image");
      await withOpenPage({ way: "single" }, async (page) => {
        await page.getByRole("button", { name: "Try it" }).click();
        const alert = page.getByRole("alert");
        for (
          const [file, reason] of [
            [evil, /it wants to call "posix.system", but only tensors and plain data are read/],
            [`${folder}/broken.safetensors`, /Cannot load broken\.safetensors/],
            [`${folder}/notes.txt`, /it has neither images nor a model/],
          ] as const
        ) {
          await choose(page, "Choose a model", file);
          await alert.getByText(reason).waitFor();
          assertEquals(await page.locator("progress").count(), 0);
        }
        await choose(page, "Choose images", images);
        await choose(page, "Choose a model", onnx);
        await page.getByText("ONNX Runtime gives no gradients").waitFor(SLOW);
        assertSame(await table(page), await predicted(onnx, images));
      });
    }),
);
