/** The page's room that compares the dataset with an earlier version, in Chromium. */
import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
import { zipSync } from "fflate";
import type { Page } from "playwright-core";
import { encodeJpeg } from "../../src/host/deno_images.ts";
import { paler, waves } from "../data/health/made.ts";
import { browserTest } from "../rings.ts";
import { requireOpenToAll, withOpenPage } from "./open_page.ts";

/** Two versions of which all is known: 4 classes, 3 splits. */
async function twoVersions(): Promise<{ before: Uint8Array; after: Uint8Array }> {
  const before: Record<string, Uint8Array> = {}, after: Record<string, Uint8Array> = {};
  const jpeg = (seed: number) => encodeJpeg(waves(seed), 92);
  let seed = 0;
  for (const split of ["train", "valid", "test"]) {
    for (const name of ["cat", "dog", "emu", "fox"]) {
      for (let i = 0; i < 5; i++) before[`${split}/${name}/${i}.jpg`] = await jpeg(++seed);
    }
  }
  Object.assign(
    after,
    Object.fromEntries(Object.entries(before).map(([path, bytes]) => [`v2/${path}`, bytes])),
  );
  const take = (path: string) => {
    const bytes = after[`v2/${path}`];
    delete after[`v2/${path}`];
    return bytes;
  };
  for (const i of [0, 1, 2]) take(`train/cat/${i}.jpg`);
  after["v2/train/dog/x.jpg"] = take("train/cat/3.jpg");
  after["v2/test/dog/moved.jpg"] = take("train/dog/0.jpg");
  for (let i = 0; i < 20; i++) after[`v2/train/fox/new_${i}.jpg`] = await jpeg(1000 + i);
  take("train/emu/0.jpg");
  after["v2/test/emu/near.jpg"] = await encodeJpeg(paler(waves(11)), 92); // the first emu of train
  return { before: zipSync(before, { level: 0 }), after: zipSync(after, { level: 0 }) };
}

const fileInput = "input[type=file]:not([webkitdirectory])";

async function choose(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  await page.locator(fileInput).setInputFiles({
    name,
    mimeType: "application/zip",
    buffer: Buffer.from(bytes),
  });
}

async function openRoom(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page.getByLabel("this dataset with an earlier version").check();
}

async function tiles(page: Page): Promise<Record<string, number>> {
  const texts = await page.locator(".tiles li").allInnerTexts();
  return Object.fromEntries(texts.map((text) => {
    const [count, label] = text.split("\n");
    return [label, Number(count)];
  }));
}

browserTest("a dataset is compared with an earlier version", async () => {
  const { before, after } = await twoVersions();
  await withOpenPage({}, async (page) => {
    await openRoom(page);
    await page.getByText('Open a dataset in "Data" first').waitFor();
    await page.getByRole("button", { name: "Data" }).click();
    await choose(page, "v2.zip", after);
    await page.locator(".badge.done").waitFor({ timeout: 60_000 });
    await openRoom(page);
    await choose(page, "v1.zip", before);
    await page.locator(".tiles").waitFor({ timeout: 60_000 });
    assertEquals(await tiles(page), {
      kept: 54,
      added: 21,
      removed: 4,
      relabelled: 1,
      moved: 1,
      "leaks across": 2,
    });
    const heads = (await page.locator(".changes h2").allInnerTexts()).map((text) =>
      text.replace(/\s+/g, " ")
    );
    assertEquals(heads, [
      "leak Images in train of v1.zip and evaluated on by v2.zip 1",
      "leak Almost the same images in train of v1.zip and evaluated on by v2.zip 1",
      "Relabelled 1",
      "Moved to another split 1",
      "Added 21",
      "Removed 4",
    ]);
    const added = page.locator(".changes").filter({ hasText: "Added" });
    assertEquals(await added.locator("figure").count(), 12);
    await added.getByRole("button", { name: "Show more" }).click();
    await added.locator("figure").nth(20).waitFor();
    const removed = page.locator(".changes").filter({ hasText: "Removed" });
    assertEquals(await removed.locator("code").allInnerTexts(), [
      ...[0, 1, 2].map((i) => `train/cat/${i}.jpg`),
      "train/emu/0.jpg",
    ]);
    await page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLCanvasElement>(".change-groups canvas")].every(({ dataset }) =>
        dataset.shown
      )
    );
    await requireOpenToAll(page, "versions");
  });
});

browserTest(
  "a comparison with an earlier version is cancelled at once, and gone with its dataset",
  async () => {
    const { before, after } = await twoVersions();
    await withOpenPage({}, async (page) => {
      await choose(page, "v2.zip", after);
      await page.locator(".badge.done").waitFor({ timeout: 60_000 });
      await openRoom(page);
      await page.evaluate(() => {
        new MutationObserver(() =>
          [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Cancel")
            ?.click()
        )
          .observe(document.body, { subtree: true, childList: true });
      });
      await choose(page, "v1.zip", before);
      await page.getByText("Drop an earlier version here").waitFor();
      await page.waitForTimeout(500);
      assertEquals(await page.locator(".tiles").count(), 0);
    });
  },
);
