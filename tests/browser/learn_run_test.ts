/** A run of the page in Chromium on SwiftShader: it is the command line's own, and says which labels may be wrong. */
import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { unzipSync, zipSync } from "fflate";
import type { Page } from "playwright-core";
import { rng } from "../../src/base/rng.ts";
import { cli, withFolder } from "../e2e/cli.ts";
import { browserTest } from "../rings.ts";
import { longestTask } from "./main_thread.ts";
import { openLearning, state, textOf } from "./learning.ts";
import { withOpenPage } from "./open_page.ts";

/**
 * Milliseconds of the processor that a task of the main thread may take: 100, but other tests share the cores here.
 * Compiling or a survey on the main thread would take seconds.
 */
const LONGEST = 250;

/** A folder for screenshots, to look at. */
const SHOTS = Deno.env.get("PAGE_SHOTS");

/** A file of the page's run, by its name in the room "Take it away". */
async function saved(page: Page, path: string): Promise<Uint8Array> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: `Save ${path}` }).click(),
  ]);
  return await Deno.readFile(await download.path());
}

/** The losses of training by step, as metrics.jsonl has them. */
function lossesIn(metrics: string): Map<number, number> {
  const rows = metrics.trim().split("\n").map((line) => JSON.parse(line));
  return new Map(
    rows.filter((row) => "train/loss_step" in row).map((row) => [row.step, row["train/loss_step"]]),
  );
}

let runs = 0;

/** The losses of a run of the command line on the dataset in `folder`. */
async function lossesOf(folder: string, overrides: readonly string[]): Promise<Map<number, number>> {
  const run = `${folder}/run${++runs}`;
  const { code, error } = await cli("train", [
    `${folder}/jerseys.zip`,
    "trainer.log_every_n_steps=1",
    ...overrides,
    `hydra.run.dir=${run}`,
    `checkpoint_dir=${folder}/checkpoints`,
  ]);
  assertEquals(code, 0, error);
  return lossesIn(await Deno.readTextFile(`${run}/metrics.jsonl`));
}

/**
 * Epochs, and images of each digit: `PAGE_DIGITS=40` takes two minutes longer. Of these at least half of the wrong labels
 * are among the first tenth of the list; of fewer images less is learnt.
 */
const EPOCHS = 2, COUNT = Number(Deno.env.get("PAGE_DIGITS") ?? 25), FOUND = COUNT < 40 ? 0.3 : 0.5;
const DIGITS = new URL("../../../shared/data/digits-subset.zip", import.meta.url);

/** Digits in folders, a fifth of them in valid, 5 % of train under a wrong label; and the paths of these. */
async function flippedDigits(): Promise<{ bytes: Uint8Array; flipped: Set<string> }> {
  const all = Object.entries(unzipSync(await Deno.readFile(DIGITS))).filter(([path]) =>
    /\.(png|jpg)$/.test(path)
  );
  const random = rng(7, "flips"), files: Record<string, Uint8Array> = {}, flipped = new Set<string>();
  for (const [digit, images] of Map.groupBy(all, ([path]) => path.split("/").at(-2)!)) {
    const order = [...random.permutation(images.length)].slice(0, COUNT);
    for (const [i, at] of order.entries()) {
      const [path, bytes] = images[at], split = i < COUNT / 5 ? "valid" : "train";
      const isFlipped = split === "train" && i % 20 === 19;
      const label = isFlipped ? (Number(digit) + 1 + random.integer(9)) % 10 : digit;
      const name = `${split}/${label}/${digit}_${path.split("/").at(-1)}`;
      files[name] = bytes;
      if (isFlipped) flipped.add(name);
    }
  }
  return { bytes: zipSync(files, { level: 0 }), flipped };
}

browserTest(
  "offline, a training is paused, stepped, stopped and resumed, and doubts labels that are wrong; " +
    "it is the command line's, which can resume it, too",
  async () => {
    if (!await exists(DIGITS)) return console.log("ignored: ../shared/data/digits-subset.zip is missing");
    const { bytes, flipped } = await flippedDigits();
    await withOpenPage({ way: "offline" }, async (page) => {
      await openLearning(page, bytes);
      await page.getByLabel("Epochs").fill(`${EPOCHS}`);
      await page.getByLabel(/Images an epoch/).fill("");
      let last: Uint8Array;
      const training = await longestTask(page, async () => {
        await page.getByRole("button", { name: "2. Train" }).click();
        last = await stoppedOnTheWay(page);
        await page.getByRole("button", { name: "Will it learn?" }).click();
        await page.getByRole("button", { name: "Resume" }).click();
        await state(page, "finished");
      });
      const looking = await longestTask(page, () => lookAtMistakes(page, flipped));
      console.log(`tasks of at most ${training} ms while it trains, of ${looking} ms where it is wrong`);
      assert(training < LONGEST && looking < LONGEST, `tasks of ${training} and ${looking} ms`);
      await page.getByRole("button", { name: "Take it away" }).click();
      const command = await page.getByRole("group", { name: "The command" }).innerText();
      assertMatch(command, /^deno task train jerseys\.zip trainer=quick model=resnet18 /);
      const best = await saved(page, "weights/best.safetensors");
      const losses = lossesIn(textOf(await saved(page, "metrics.jsonl")));
      const report = JSON.parse(textOf(await saved(page, "report.json")));
      assertMatch(textOf(await saved(page, "report.html")), /<!doctype html>/i);
      await page.getByRole("button", { name: "Write model.onnx" }).click();
      await page.getByText(/ONNX Runtime: the same class for 32 of 32 held-out images/).waitFor({
        timeout: 100_000,
      });
      const onnx = await saved(page, "model.onnx");
      await withFolder(async (folder) => {
        const files = { "jerseys.zip": bytes, "best.safetensors": best, "model.onnx": onnx };
        for (const [name, bytes] of Object.entries(files)) await Deno.writeFile(`${folder}/${name}`, bytes);
        await Deno.mkdir(`${folder}/resumed`);
        await Deno.writeFile(`${folder}/resumed/last.safetensors`, last);
        const words = command.split("deno task train jerseys.zip ")[1].split(" ");
        const once = "trainer.max_epochs=1";
        const own = await lossesOf(folder, [...words, once, "trainer.limit_train_batches=1"]);
        assertAlmostEquals(losses.get(1)!, own.get(1)!, 1e-4);
        const resumed = await lossesOf(folder, [...words, once, `resume=${folder}/resumed/last.safetensors`]);
        const [first] = resumed.keys();
        assert(first > 1, `it begins with step ${first}`);
        assertEquals([...resumed.keys()], [...losses.keys()].slice(first - 1, losses.size / EPOCHS));
        assertAlmostEquals(losses.get(first)!, resumed.get(first)!, 1e-4);
        for (const file of ["best.safetensors", "model.onnx"]) {
          const [model, data] = [`${folder}/${file}`, `${folder}/jerseys.zip`],
            out = `${folder}/${file}.eval`;
          const evaluation = await cli("eval", [model, data, "--split", "valid", `hydra.run.dir=${out}`]);
          assertEquals(evaluation.code, 0, evaluation.error);
          const judged = JSON.parse(await Deno.readTextFile(`${out}/report.json`)).test;
          assertEquals(judged.predicted, report.valid.predicted);
          judged.confidence.forEach((value: number, i: number) =>
            assertAlmostEquals(value, report.valid.confidence[i], 1e-4)
          );
        }
      });
    });
  },
);

/** Pauses a training, has it take a step, stops it, and returns the state from which it goes on. */
async function stoppedOnTheWay(page: Page): Promise<Uint8Array> {
  const count = page.locator(".under-way .count");
  await page.getByRole("button", { name: "Pause" }).click({ timeout: 200_000 });
  await state(page, "paused");
  const before = await count.innerText();
  await page.getByRole("button", { name: "One step" }).click();
  await page.waitForFunction(
    (before) => document.querySelector(".under-way .count")?.textContent !== before,
    before,
  );
  await state(page, "paused");
  await page.getByRole("button", { name: "Data", exact: true }).click();
  await page.getByRole("button", { name: "Draw jersey numbers" }).click();
  await page.getByText("Cannot open another dataset: a training is in progress").waitFor();
  await page.getByRole("button", { name: "Dismiss" }).click();
  assert(await isAsked(page), "a training would be lost without a question");
  await page.getByRole("button", { name: "Will it learn?" }).click();
  await page.getByRole("button", { name: "Stop" }).click();
  await state(page, "stopped");
  assert(!await isAsked(page), "it asks without a training");
  await page.getByRole("button", { name: "Take it away" }).click();
  return await saved(page, "weights/last.safetensors");
}

/** True if the browser asks before the page is left. */
async function isAsked(page: Page): Promise<boolean> {
  return await page.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));
}

/** Goes through the room "Where it is wrong": doubtful labels, the map, images of a cell, and what speaks for one. */
async function lookAtMistakes(page: Page, flipped: ReadonlySet<string>): Promise<void> {
  await page.getByRole("button", { name: "Where it is wrong" }).click();
  await page.getByText(/\d+ of \d+ images of valid are right/).waitFor();
  const list = page.getByRole("list", { name: "doubtful labels" }),
    more = page.getByRole("button", { name: /^More of/ });
  await list.waitFor();
  while (await more.count() > 0) await more.first().click();
  const doubted = await list.locator("li").evaluateAll((items) =>
    items.map((item) => item.getAttribute("title")!)
  );
  assertEquals(doubted.length, COUNT);
  const found = doubted.filter((path) => flipped.has(path)).length;
  console.log(`${found} of ${flipped.size} wrong labels among the first ${doubted.length} of ${10 * COUNT}`);
  assert(found >= FOUND * flipped.size, `${found} of ${flipped.size}`);
  await page.getByRole("button", { name: "Arrange by neighbourhood (UMAP)" }).click();
  await page.getByRole("button", { name: "Arrange by principal components" }).waitFor({ timeout: 60_000 });
  await page.locator(".matrix td button").first().click();
  await page.locator("#chosen-title").waitFor();
  await page.getByRole("button", { name: /^What speaks for its classes/ }).first().click();
  await page.locator("#tried-title").waitFor({ timeout: 200_000 });
  await page.getByRole("button", { name: "Where it is wrong" }).click();
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/wrong.png`, fullPage: true });
  await page.getByRole("button", { name: /^Look and fix \d+ images?$/ }).first().click();
  await page.getByRole("button", { name: "Only doubtful labels ✕" }).waitFor();
  await page.locator("output", { hasText: `${COUNT} images` }).waitFor();
  await page.getByRole("button", { name: "Only doubtful labels ✕" }).click();
  await page.getByLabel("Prediction").selectOption("1");
  await page.getByLabel("Sort").selectOption("confidence");
}

async function exists(url: URL): Promise<boolean> {
  return await Deno.stat(url).then(() => true, () => false);
}
