/** The room "What the network sees" in Chromium: its pixels are the trainer's, its words and commands the engine's. */
import { Buffer } from "node:buffer";
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { zipSync } from "fflate";
import type { Page } from "playwright-core";
import { byteSource } from "../../src/base/byte_source.ts";
import { rng } from "../../src/base/rng.ts";
import { loadConfig } from "../../src/config/mod.ts";
import { inMemory } from "../../src/data/decode/picture_source.ts";
import { archiveTree } from "../../src/data/files/archives/tree.ts";
import { readDataset } from "../../src/data/files/dataset.ts";
import { batches } from "../../src/data/loader.ts";
import { renderBatch } from "../../src/data/render.ts";
import { sampler } from "../../src/data/sampler.ts";
import { cropLoss } from "../../src/data/transforms/crop_loss.ts";
import { reductionOf } from "../../src/data/transforms/kept_size.ts";
import { reduce } from "../../src/data/transforms/reduction.ts";
import { type Dataset, type FileTree, IMAGENET, type Picture, type Sample } from "../../src/data/types.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { decodeImage, encodePng } from "../../src/host/deno_images.ts";
import { configuredPipelines } from "../../src/setup/kept_sizes.ts";
import type { MixedWith } from "../../web/protocol/sees_calls.ts";
import { lossInWords, mixInWords } from "../../web/views/sees/words.ts";
import { waves } from "../data/health/made.ts";
import { browserTest } from "../rings.ts";
import { withOpenPage } from "./open_page.ts";

/** Images of three classes and many shapes, some larger than what is kept of them, and one that cannot be read. */
async function shapesZip(): Promise<Uint8Array> {
  const random = rng(23, "shapes"), side = () => 12 + random.integer(200);
  const files: Record<string, Uint8Array> = { "train/a/000.png": new Uint8Array(40) };
  for (let i = 1; i < 10; i++) {
    files[`train/${"abc"[i % 3]}/00${i}.png`] = await encodePng(waves(i, side(), side()));
  }
  for (const name of "abc") {
    files[`valid/${name}/1.png`] = await encodePng(waves(name.charCodeAt(0), side(), side()));
  }
  return zipSync(files, { level: 0 });
}

interface Training {
  readonly tree: FileTree;
  readonly dataset: Dataset;
}

/** What the network gets of a sample: levels of RGBA, and the class and the share of the image in the row before. */
interface Fed {
  readonly pixels: readonly number[];
  readonly mixed?: MixedWith;
}

/** What the trainer feeds to the network in an epoch, in its own order and batches, by path. */
async function trainedOn(
  { tree, dataset }: Training,
  overrides: readonly string[],
  { seed, epoch }: { seed: number; epoch: number },
): Promise<Map<string, Fed>> {
  const config = loadConfig(denoConfigFiles(), overrides), { classes } = dataset;
  const pipelines = configuredPipelines(config), { image_size: imageSize } = config.data;
  const reduction = reductionOf(config.data, pipelines, "train");
  const samples: Sample[] = [], pictures: Picture[] = [];
  for (const sample of dataset.splits.train) {
    const picture = await decodeImage(await tree.read(sample.path)).catch(() => undefined);
    if (picture === undefined) continue;
    samples.push(sample);
    pictures.push(reduce(picture, reduction));
  }
  const { order } = sampler(config.data.sampler, { samples, classes, seed }).draw(epoch);
  const { train: pipeline, mixer } = pipelines, batchSize = config.data.batch_size;
  const options = { samples, pictures: inMemory(pictures), order, batchSize, pipeline, mixer, seed, epoch };
  const fed = new Map<string, Fed>(), length = imageSize ** 2 * 4;
  for await (const batch of batches(options)) {
    const values = renderBatch(batch, pipeline), { target } = batch;
    for (const [row, position] of batch.indices.entries()) {
      const pixels = levelsOf(values.subarray(row * length, (row + 1) * length));
      const mixed = target.kind === "mixed" &&
        { className: classes[target.second[row]], share: target.shares[row] };
      fed.set(samples[position].path, { pixels, ...(mixed && { mixed }) });
    }
  }
  return fed;
}

/** Normalised values as the levels of an opaque image. */
function levelsOf(values: Float32Array): number[] {
  const { mean, std } = IMAGENET;
  return Array.from(
    values,
    (value, i) => i % 4 === 3 ? 255 : Math.round(255 * (value * std[i % 4] + mean[i % 4])),
  );
}

/** The draws that are shown, by path and epoch from 1, once all are those of `what`. */
async function shownDraws(
  page: Page,
  seed: number,
): Promise<{ path: string; epoch: number; pixels: number[]; words: string | undefined }[]> {
  const canvases = page.locator(`.draws td canvas[data-what]`);
  await page.waitForFunction((seed) => {
    const all = [...document.querySelectorAll<HTMLCanvasElement>(".draws td canvas")];
    return all.length === 18 &&
      all.every(({ dataset: { what, shown } }) => what === shown && JSON.parse(what!)[3] === seed);
  }, seed);
  return await canvases.evaluateAll((all) =>
    (all as HTMLCanvasElement[]).map((canvas) => {
      const [, path, epoch] = /^(.*) in epoch (\d+)$/.exec(canvas.ariaLabel!)!;
      const context = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d")!;
      context.drawImage(canvas, 0, 0);
      return {
        path,
        epoch: Number(epoch),
        pixels: [...context.getImageData(0, 0, canvas.width, canvas.height).data],
        words: canvas.closest("td")!.querySelector("small")?.innerText,
      };
    })
  );
}

/** Words of a command, without those for the path. */
async function overridesIn(page: Page): Promise<string[]> {
  const command = await page.getByLabel("The command", { exact: true }).innerText();
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
  return words.slice(words.findIndex((word) => word.startsWith("transforms=")));
}

async function openRoom(page: Page, bytes: Uint8Array): Promise<void> {
  await page.locator("input[type=file]:not([webkitdirectory])")
    .setInputFiles({ name: "shapes.zip", mimeType: "application/zip", buffer: Buffer.from(bytes) });
  await page.locator(".badge.done").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "What the network sees" }).click();
  await page.locator(".draws td canvas").first().waitFor();
}

const choosePreset = (page: Page, name: string) =>
  page.getByRole("combobox", { name: "Preset" }).selectOption(name);

browserTest(
  "training's draws are the pixels of the loader, for any preset, seed, epoch and slider",
  async () => {
    const bytes = await shapesZip(), tree = await archiveTree({ source: byteSource("shapes.zip", bytes) });
    const training = { tree, dataset: await readDataset(tree) };
    await withOpenPage({}, async (page) => {
      await openRoom(page, bytes);
      const seed = page.getByLabel("seed"), epoch = page.getByLabel("from epoch");
      const compare = async (numbers: { seed: number; from: number }) => {
        await seed.fill(String(numbers.seed));
        await epoch.fill(String(numbers.from));
        const shown = await shownDraws(page, numbers.seed), overrides = await overridesIn(page);
        assertEquals(new Set(shown.map(({ epoch }) => epoch)).size, 6);
        for (let at = 0; at < 6; at++) {
          const expected = await trainedOn(training, overrides, {
            seed: numbers.seed,
            epoch: numbers.from - 1 + at,
          });
          const drawn = shown.filter((each) => each.epoch === numbers.from + at);
          assertEquals(drawn.length, 3);
          for (const { path, pixels, words } of drawn) {
            const fed = expected.get(path)!, what = `${path}, epoch ${numbers.from + at}, ${overrides}`;
            const most = fed.mixed === undefined ? 0 : 1; // the page mixes levels, the trainer normalised values
            assert(pixels.every((level, i) => Math.abs(level - fed.pixels[i]) <= most), what);
            const said = fed.mixed && mixInWords(fed.mixed);
            assertEquals(words, said, what);
          }
        }
        return shown;
      };
      await page.getByLabel("Side of the network's input").selectOption("32");
      const first = await compare({ seed: 42, from: 1 });
      await choosePreset(page, "basketball_jersey");
      const seven = await compare({ seed: 7, from: 4 });
      assertNotEquals(await compare({ seed: 8, from: 4 }), seven);
      assertEquals(await compare({ seed: 7, from: 4 }), seven);
      for (
        const [name, key] of [["random_affine degrees", "End"], ["random_erasing p", "End"], [
          "jpeg quality high",
          "Home",
        ]]
      ) {
        await page.getByRole("slider", { name }).press(key);
      }
      assertEquals((await overridesIn(page)).length, 5);
      assertNotEquals(await compare({ seed: 7, from: 4 }), seven);
      await page.locator(".draws-and-sliders").getByRole("button", { name: "As in the preset" }).click();
      assertEquals(await compare({ seed: 7, from: 4 }), seven);
      for (const way of ["MixUp", "CutMix"]) {
        await page.getByRole("checkbox", { name: way }).press("Space");
        await page.getByLabel("images in a batch").fill("4");
        assertNotEquals(await compare({ seed: 7, from: 2 }), seven);
      }
      await page.getByRole("checkbox", { name: "CutMix" }).press("Space");
      await page.getByRole("slider", { name: "mixup alpha" }).press("End");
      await page.getByRole("checkbox", { name: "timm" }).press("Space");
      await page.getByRole("combobox", { name: "timm_mixup mode" }).selectOption("elem");
      await compare({ seed: 9, from: 1 });
      await choosePreset(page, "upright");
      await page.getByRole("button", { name: "Another draw" }).click();
      assertEquals(await epoch.inputValue(), "7");
      await page.getByRole("button", { name: "Another draw" }).click();
      assertEquals(await compare({ seed: 42, from: 1 }), first);
    });
  },
);

browserTest("what evaluation cuts off is drawn, and told as the transforms have it", async () => {
  const bytes = await shapesZip(), tree = await archiveTree({ source: byteSource("shapes.zip", bytes) });
  await withOpenPage({}, async (page) => {
    await openRoom(page, bytes);
    await choosePreset(page, "default");
    await page.getByLabel("Side of the network's input").selectOption("48");
    await page.getByRole("slider", { name: "resize ratio" }).press("ArrowRight");
    const { eval: evaluation } = configuredPipelines(loadConfig(denoConfigFiles(), await overridesIn(page)));
    const offered = page.locator(".strip button");
    assertEquals(await offered.count(), 8);
    for (let i = 0; i < 8; i++) {
      await offered.nth(i).focus();
      await page.keyboard.press("Enter");
      const [, path] = /, (.*)$/.exec((await offered.nth(i).getAttribute("aria-label"))!)!;
      const { width, height } = await decodeImage(await tree.read(path));
      const loss = cropLoss(evaluation.draw({ width, height }, rng(1)), { width, height });
      const words = lossInWords({ width, height, ...loss });
      await page.locator(".crop figcaption", { hasText: path }).getByText(words, { exact: true }).waitFor();
      const shares = await page.locator(".crop .cut-picture").evaluate((frame) => {
        const all = frame.getBoundingClientRect();
        const lost = [...frame.querySelectorAll(".lost")].map((part) => part.getBoundingClientRect());
        return lost.reduce((sum, { width, height }) => sum + width * height, 0) / (all.width * all.height);
      });
      const kept = (1 - loss.left - loss.right) * (1 - loss.top - loss.bottom);
      assert(
        Math.abs(shares - (1 - kept)) < 0.01,
        `${path}: ${shares} of the area are shaded, ${1 - kept} are lost`,
      );
    }
    await page.getByText("of the images more than 10 % of the height is lost").waitFor();
    await page.getByRole("button", { name: "Look and fix" }).click();
    await page.getByRole("combobox", { name: "Split" }).selectOption("valid");
    const path = await page.locator("#tile-0[title^='valid/']").getAttribute("title");
    await page.locator("aside form code", { hasText: path! }).waitFor();
    await page.getByRole("button", { name: "What the network sees of it" }).click();
    await page.locator(".crop figcaption", { hasText: path! }).waitFor();
    assertEquals(await offered.count(), 9);
  });
});

browserTest(
  "from disk, too, a transform that turns one class into another is named, in the room and in the verdict",
  async () => {
    await withOpenPage({ way: "single" }, async (page) => {
      await page.getByRole("button", { name: "Draw jersey numbers" }).click();
      await page.locator(".badge.done").waitFor({ timeout: 60_000 });
      const room = (name: string) => page.getByRole("button", { name, exact: true }).click();
      const finding = page.getByRole("heading", { name: "Mirroring would change the class" });
      assertEquals(await finding.count(), 0);
      await room("What the network sees");
      await page.locator(".draws td canvas").first().waitFor();
      const warning = page.locator(".class-change");
      assertEquals(await warning.count(), 0);
      await choosePreset(page, "default");
      assertStringIncludes(
        await warning.innerText(),
        "random_horizontal_flip mirrors images, which changes classes",
      );
      await room("Verdict");
      await finding.waitFor();
      await page.locator(".found-classes", { hasText: "23 by random_horizontal_flip" }).waitFor();
      await room("What the network sees");
      await page.getByRole("button", { name: "Switch random_horizontal_flip off" }).click();
      await warning.waitFor({ state: "detached" });
      assertStringIncludes((await overridesIn(page)).join(), "transforms.train.1.random_horizontal_flip.p=0");
      await room("Verdict");
      await finding.waitFor({ state: "detached" });
    });
  },
);
