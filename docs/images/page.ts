/**
 * Makes the pictures of the page again, in every state, light and dark, at 1440 and 390 pixels: `deno run --allow-all
 * docs/images/page.ts`. Takes a few minutes, because the page trains on Chromium's software GPU.
 */
import { Buffer } from "node:buffer";
import { zipSync } from "fflate";
import { chromium } from "playwright-core";
import sharp from "sharp";
import { rng } from "../../src/base/rng.ts";
import { drawJersey } from "../../src/data/synthetic_jerseys/draw.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { encodeJpeg } from "../../src/host/deno_images.ts";
import { readWebRuntime } from "../../src/host/deno_onnx.ts";
import { bundle } from "../../src/host/deno_page.ts";
import { pageFiles } from "../../src/tasks/page/files.ts";
import { answers } from "../../src/tasks/page/server.ts";
import { chromiumPath } from "../../tests/rings.ts";
import { sweepTexts } from "../../tests/train/report/sample_comparison.ts";

const CLASSES = ["3", "7", "10", "23", "45", "88"], SIZE = 64;
/** Images of each class. */
const COUNTS = { train: 28, valid: 8, test: 8 };
/** Every so-manieth image of train is under the next class. */
const FLIPPED = 17;

/** Drawn jerseys with what goes wrong in real ones. */
async function jerseys(): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const [split, count] of Object.entries(COUNTS)) {
    for (const [label, number] of CLASSES.entries()) {
      for (let i = 0; i < count; i++) {
        const isFlipped = split === "train" && (label * count + i) % FLIPPED === FLIPPED - 1;
        const shown = isFlipped ? CLASSES[(label + 1) % CLASSES.length] : number;
        const picture = drawJersey(shown, rng(label, split, i), SIZE, 0.15);
        const name = `${split}/${number}/${String(i).padStart(3, "0")}.jpg`;
        files[name] = await encodeJpeg(picture, 90);
      }
    }
  }
  files["train/7/copy.jpg"] = files["train/3/000.jpg"];
  files["test/10/again.jpg"] = files["train/10/004.jpg"];
  files["train/45/cut.jpg"] = files["train/45/005.jpg"].subarray(0, -400);
  files["train/88/notes.jpg"] = new TextEncoder().encode("not an image");
  return files;
}

/** Class folders within folders, which can be read in two ways. */
function twoWays(files: Record<string, Uint8Array>): Record<string, Uint8Array> {
  const folders = { home: ["3", "7"], away: ["3", "10"] }, some = ["000.jpg", "001.jpg", "002.jpg"];
  return Object.fromEntries(
    Object.entries(folders).flatMap(([folder, names]) =>
      names.flatMap((name) =>
        some.map((file) => [`${folder}/${name}/${file}`, files[`train/${name}/${file}`]])
      )
    ),
  );
}

const LOOKS = [1440, 390].flatMap((width) =>
  (["light", "dark"] as const).map((scheme) => ({ width, scheme }))
);
const files = await pageFiles({ bundle, configFiles: denoConfigFiles(), readWebRuntime });
const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answers(files, undefined));
const args = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--no-sandbox"];
const browser = await chromium.launch({ executablePath: chromiumPath!, args });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
page.setDefaultTimeout(900_000);
await page.goto(`http://127.0.0.1:${(server.addr as Deno.NetAddr).port}/`);

/** Writes what is in view in each look; `below` is scrolled to first. */
async function shoot(name: string, below?: string): Promise<void> {
  for (const { width, scheme } of LOOKS) {
    await page.setViewportSize({ width, height: width > 1000 ? 900 : 844 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.waitForTimeout(400);
    if (below === undefined) await page.evaluate(() => scrollTo(0, 0));
    else await page.locator(below).first().evaluate((element) => element.scrollIntoView({ block: "start" }));
    await page.waitForTimeout(300);
    const file = new URL(`page/${name}_${width}_${scheme}.webp`, import.meta.url).pathname;
    await sharp(await page.screenshot()).webp({ quality: 72, effort: 6, smartSubsample: true }).toFile(file);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

const open = (name: string) => page.getByRole("button", { name, exact: true }).click();
const choose = (files: Record<string, Uint8Array>, name: string) =>
  page.locator("input[type=file]:not([webkitdirectory])").first().setInputFiles({
    name,
    mimeType: "application/zip",
    buffer: Buffer.from(zipSync(files, { level: 0 })),
  });
const textFiles = (texts: Iterable<readonly [string, string]>) =>
  Object.fromEntries([...texts].map(([path, text]) => [`sweep/${path}`, new TextEncoder().encode(text)]));

await Deno.mkdir(new URL("page/", import.meta.url), { recursive: true });
const all = await jerseys();
await shoot("empty");
await choose(twoWays(all), "two_ways.zip");
await page.getByRole("heading", { name: "How is this to be read?" }).waitFor();
await shoot("question");
await page.reload();
await choose(all, "jerseys.zip");
await page.locator(".badge.done").waitFor();
await shoot("verdict");
await open("Look and fix");
await page.locator(".tile").nth(20).waitFor();
await page.locator(".tile").nth(3).click();
await shoot("images");
await open("What the network sees");
await page.getByRole("combobox", { name: "Preset" }).selectOption("default");
await page.locator(".draws canvas[data-shown]").nth(17).waitFor();
await shoot("sees");
await open("Compare");
const texts = sweepTexts({ runs: 6, classes: CLASSES, samples: 240, epochs: 12 });
await choose(textFiles(texts), "sweep.zip");
await page.locator("#runs tbody tr").nth(5).waitFor();
await shoot("compare");
await open("Will it learn?");
await page.getByText("On google swiftshader").waitFor();
await page.getByLabel("Image side, pixels").selectOption("32");
await page.getByLabel("Epochs").fill("4");
await page.getByLabel(/Images an epoch/).fill("");
await page.getByLabel("Augmentation").selectOption("upright");
await page.getByRole("button", { name: "2. Train" }).click();
await page.locator("#run-title .badge", { hasText: "finished" }).waitFor();
await shoot("learn", "#run-title");
await open("Where it is wrong");
await page.locator(".matrix").waitFor();
await shoot("wrong");
await shoot("map", ".map");
await open("Take it away");
await page.getByText("weights/best.safetensors").waitFor();
await shoot("take");
await open("Look and fix");
await page.locator(".tile").nth(9).click();
await open("Try it");
await page.getByRole("button", { name: "Take the dataset's chosen image" }).click();
await page.locator(".tried canvas[data-shown$=heat]").waitFor();
await shoot("try");
await open("Will it learn?");
await page.getByRole("button", { name: "1. Learn one batch by heart" }).click();
await page.locator("#run-title .badge", { hasText: "finished" }).waitFor();
await shoot("batch", "#judgement-title");
await browser.close();
await server.shutdown();
