/** Training in the page, in Chromium on SwiftShader: what is said of a batch, and a run as the command line's own. */
import { Buffer } from "node:buffer";
import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { unzipSync, zipSync } from "fflate";
import type { Page } from "playwright-core";
import { rng } from "../../src/base/rng.ts";
import { drawJersey } from "../../src/data/synthetic_jerseys/draw.ts";
import { encodeJpeg } from "../../src/host/deno_images.ts";
import { cli, withFolder } from "../e2e/cli.ts";
import { browserTest } from "../rings.ts";
import { withServedPage, withSinglePage } from "./open_page.ts";

/** A folder for screenshots, to look at. */
const SHOTS = Deno.env.get("PAGE_SHOTS");

const NUMBERS = ["3", "10", "7"];

/** Drawn jerseys in folders of splits and classes, `count` of each class in train; and others by path. */
async function jerseysZip(count: number, others: Record<string, string> = {}): Promise<Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const [split, amount] of [["train", count], ["valid", 4], ["test", 4]] as const) {
    for (const [label, number] of NUMBERS.entries()) {
      for (let i = 0; i < amount; i++) {
        const picture = drawJersey(number, rng(label, split, i), 32, 0.5);
        files[`${split}/${number}/${i}.jpg`] = await encodeJpeg(picture, 92);
      }
    }
  }
  for (const [path, of] of Object.entries(others)) files[path] = files[of];
  return zipSync(files, { level: 0 });
}

/** Opens a dataset, waits for its verdict, and goes to the room. */
async function openLearning(page: Page, bytes: Uint8Array): Promise<void> {
  await page.locator("input[type=file]:not([webkitdirectory])").first()
    .setInputFiles({ name: "jerseys.zip", mimeType: "application/zip", buffer: Buffer.from(bytes) });
  await page.locator(".badge.done").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Will it learn?" }).click();
  await page.getByText("On google swiftshader").waitFor({ timeout: 60_000 });
  await page.getByLabel("Image side, pixels").selectOption("32");
}

/** Waits for the state of the run. */
async function state(page: Page, name: string): Promise<void> {
  const found = page.locator("#run-title .badge").filter({ hasText: new RegExp(`^(${name}|failed)$`) });
  await found.waitFor({ timeout: 400_000 });
  assertEquals(await found.innerText(), name, await page.locator("main").innerText());
}

/** Has a batch learnt by heart, and returns what is said of it. */
async function verdictOf(page: Page): Promise<string> {
  await page.getByRole("button", { name: "1. Learn one batch by heart" }).click();
  await page.getByText(/Compiling kernels: \d+ of \d+/).waitFor({ timeout: 100_000 });
  await state(page, "finished");
  return await page.locator("section[aria-labelledby=judgement-title]").innerText();
}

browserTest("a batch of drawn jerseys is learnt by heart, and a rate that is too high is named", async () => {
  await withServedPage({}, async (page) => {
    await openLearning(page, await jerseysZip(8));
    await page.getByText("the label of the most similar image of train").waitFor();
    assertMatch(await verdictOf(page), /It learns\s+After \d+ steps all 16 images/);
    await page.getByLabel("Rate").fill("1000");
    assertMatch(await verdictOf(page), /It diverges\s+The loss .* a rate of 1000 is too high/);
  });
});

browserTest("one image under two labels is named, in a page from disk", async () => {
  await withSinglePage({}, async (page) => {
    await openLearning(page, await jerseysZip(8, { "train/7/copy.jpg": "train/3/0.jpg" }));
    const said = await verdictOf(page);
    assertMatch(said, /Labels contradict each other/);
    assertMatch(said, /train\/7\/copy\.jpg/);
    assertMatch(said, /train\/3\/0\.jpg/);
  });
});

/** A file of the page's run, by its name in the room "Take it away". */
async function saved(page: Page, path: string): Promise<Uint8Array> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: `Save ${path}` }).click(),
  ]);
  return await Deno.readFile(await download.path());
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The first line of metrics.jsonl that has a loss of training. */
function firstLoss(metrics: string): number {
  const row = metrics.trim().split("\n").map((line) => JSON.parse(line)).find((row) =>
    "train/loss_step" in row
  );
  return row["train/loss_step"];
}

browserTest("a training is paused, stepped, stopped and resumed, and is the command line's", async () => {
  const bytes = await jerseysZip(16);
  await withServedPage({}, async (page) => {
    await openLearning(page, bytes);
    await page.getByLabel("Epochs").fill("2");
    await page.getByLabel(/Images an epoch/).fill("");
    await page.getByRole("button", { name: "2. Train" }).click();
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
    await page.getByRole("button", { name: "Stop" }).click();
    await state(page, "stopped");
    await page.getByRole("button", { name: "Resume" }).click();
    await state(page, "finished");
    await page.getByRole("button", { name: "Where it is wrong" }).click();
    await page.getByText(/\d+ of 12 images of valid are right/).waitFor();
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
    const doubted = Math.ceil((3 * 16 + 12 + 12) / 10);
    await page.locator(".tile").nth(doubted - 1).waitFor();
    assertEquals(await page.locator(".tile").count(), doubted);
    await page.getByRole("button", { name: "Only doubtful labels ✕" }).click();
    await page.getByLabel("Prediction").selectOption("10");
    await page.getByLabel("Sort").selectOption("confidence");
    await page.getByRole("button", { name: "Take it away" }).click();
    const command = await page.getByRole("group", { name: "The command" }).innerText();
    assertMatch(command, /^deno task train jerseys\.zip trainer=quick model=resnet18 /);
    const best = await saved(page, "weights/best.safetensors"), metrics = await saved(page, "metrics.jsonl");
    const report = JSON.parse(textOf(await saved(page, "report.json")));
    assertMatch(textOf(await saved(page, "report.html")), /<!doctype html>/i);
    await page.getByRole("button", { name: "Write model.onnx" }).click();
    await page.getByText(/ONNX Runtime: the same class for 12 of 12 held-out images/).waitFor({
      timeout: 100_000,
    });
    const onnx = await saved(page, "model.onnx");
    await withFolder(async (folder) => {
      await Deno.writeFile(`${folder}/jerseys.zip`, bytes);
      await Deno.writeFile(`${folder}/best.safetensors`, best);
      await Deno.writeFile(`${folder}/model.onnx`, onnx);
      const [, words] = command.split("deno task train jerseys.zip ");
      const run = await cli("train", [
        `${folder}/jerseys.zip`,
        ...words.split(" "),
        "trainer.log_every_n_steps=1",
        "trainer.max_epochs=1",
        `hydra.run.dir=${folder}/run`,
        `checkpoint_dir=${folder}/checkpoints`,
      ]);
      assertEquals(run.code, 0, run.error);
      const theirs = firstLoss(await Deno.readTextFile(`${folder}/run/metrics.jsonl`));
      assertAlmostEquals(firstLoss(textOf(metrics)), theirs, 1e-4);
      for (const file of ["best.safetensors", "model.onnx"]) {
        const [model, data] = [`${folder}/${file}`, `${folder}/jerseys.zip`], out = `${folder}/${file}.eval`;
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
});

const WITHOUT: readonly [what: string, code: string, message: RegExp][] = [
  [
    "no adapter",
    "navigator.gpu.requestAdapter = () => Promise.resolve(null);",
    /found no adapter: switch on/,
  ],
  [
    "no WebGPU",
    'Object.defineProperty(navigator, "gpu", { value: undefined });',
    /this browser has no WebGPU: use a current/,
  ],
];

for (const [what, code, message] of WITHOUT) {
  browserTest(`the page says in a line what does not work where there is ${what}`, async () => {
    await withServedPage({}, async (page) => {
      await page.route("**/worker.js", async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: `${code}\n${await response.text()}` });
      });
      await page.reload();
      await page.getByRole("button", { name: "Draw jersey numbers" }).click();
      await page.locator(".badge.done").waitFor({ timeout: 60_000 });
      await page.getByRole("button", { name: "Will it learn?" }).click();
      const line = await page.getByText("No training and no predictions here").innerText();
      assertMatch(line, message);
      assertEquals(await page.getByRole("button", { name: "2. Train" }).isDisabled(), true);
    });
  });
}

const DIGITS = new URL("../../../shared/data/digits-subset.zip", import.meta.url);

/** Digits of `count` images a class in folders, 5 % of train under a wrong label; and the paths of these. */
async function flippedDigits(count: number): Promise<{ bytes: Uint8Array; flipped: Set<string> }> {
  const all = Object.entries(unzipSync(await Deno.readFile(DIGITS))).filter(([path]) =>
    /\.(png|jpg)$/.test(path)
  );
  const random = rng(7, "flips"), files: Record<string, Uint8Array> = {}, flipped = new Set<string>();
  for (const [digit, images] of Map.groupBy(all, ([path]) => path.split("/").at(-2)!)) {
    const order = [...random.permutation(images.length)].slice(0, count);
    for (const [i, at] of order.entries()) {
      const [path, bytes] = images[at], split = i < count / 5 ? "valid" : "train";
      const isFlipped = split === "train" && i % 20 === 19;
      const label = isFlipped ? (Number(digit) + 1 + random.integer(9)) % 10 : digit;
      const name = `${split}/${label}/${digit}_${path.split("/").at(-1)}`;
      files[name] = bytes;
      if (isFlipped) flipped.add(name);
    }
  }
  return { bytes: zipSync(files, { level: 0 }), flipped };
}

browserTest("labels that are wrong gather among those that the network doubts", async () => {
  if (!await exists(DIGITS)) return console.log("ignored: ../shared/data/digits-subset.zip is missing");
  const { bytes, flipped } = await flippedDigits(60);
  await withServedPage({}, async (page) => {
    await openLearning(page, bytes);
    await page.getByLabel("Epochs").fill("2");
    await page.getByLabel(/Images an epoch/).fill("");
    await page.getByRole("button", { name: "2. Train" }).click();
    await state(page, "finished");
    await page.getByRole("button", { name: "Where it is wrong" }).click();
    const list = page.getByRole("list", { name: "doubtful labels" }),
      more = page.getByRole("button", { name: /^More of/ });
    await list.waitFor();
    while (await more.count() > 0) await more.first().click();
    const doubted = await list.locator("li").evaluateAll((items) =>
      items.map((item) => item.getAttribute("title")!)
    );
    assertEquals(doubted.length, 60);
    const found = doubted.filter((path) => flipped.has(path)).length;
    console.log(`${found} of ${flipped.size} wrong labels among the first ${doubted.length} of 600`);
    assert(found >= flipped.size / 2, `${found} of ${flipped.size}`);
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/wrong_digits.png`, fullPage: true });
  });
});

async function exists(url: URL): Promise<boolean> {
  return await Deno.stat(url).then(() => true, () => false);
}

/** Presses Tab until what has the focus is called so. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let i = 0; i < 150; i++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const { activeElement: at } = document, label = at?.closest("label")?.textContent;
      return `${at?.getAttribute("aria-label") ?? label ?? at?.textContent}`.trim();
    });
    if (name.test(focused)) return;
  }
  throw new Error(`Tab never comes to ${name}`);
}

browserTest(
  "by keyboard alone, a dataset is opened, fixed, exported and trained on, and the command copied",
  async () => {
    await withServedPage({}, async (page) => {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      const press = async (name: RegExp) => {
        await tabTo(page, name);
        await page.keyboard.press("Enter");
      };
      await press(/^Draw jersey numbers$/);
      await page.locator(".badge.done").waitFor({ timeout: 60_000 });
      await press(/^Look and fix$/);
      await page.locator(".tile").nth(2).waitFor();
      await tabTo(page, /^\d+ images$/);
      for (const [at, key] of ["x", "x", "m"].entries()) {
        if (at > 0) await page.keyboard.press("ArrowRight");
        const path = await page.locator(`#tile-${at}`).getAttribute("title");
        await page.locator("aside form code", { hasText: path! }).waitFor();
        await page.keyboard.press(key);
      }
      await page.locator("p[aria-busy=false]", { hasText: "3 decisions" }).waitFor();
      const [download] = await Promise.all([page.waitForEvent("download"), press(/^Save patch\.jsonl$/)]);
      assertEquals(textOf(await Deno.readFile(await download.path())).trim().split("\n").length, 3);
      await press(/^Will it learn\?$/);
      await page.getByText("On google swiftshader").waitFor({ timeout: 60_000 });
      await tabTo(page, /^Image side, pixels/);
      await page.keyboard.type("32");
      for (const [name, value] of [[/^Epochs/, "1"], [/^Images an epoch/, "16"]] as const) {
        await tabTo(page, name);
        await page.keyboard.press("ControlOrMeta+a");
        await page.keyboard.type(value);
      }
      await press(/^2\. Train$/);
      await state(page, "finished");
      await press(/^Take it away$/);
      await press(/^Copy: The command$/);
      await page.getByText("Copied", { exact: true }).waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assertMatch(
        copied,
        /^deno task train data=synthetic_jerseys .*data\.image_size=32 .*max_epochs=1 .*data\.patch=patch\.jsonl$/,
      );
    });
  },
);
