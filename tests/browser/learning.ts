/** What tests of training in the page share: a dataset, and the way to the room. */
import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
import { zipSync } from "fflate";
import type { Page } from "playwright-core";
import { rng } from "../../src/base/rng.ts";
import { drawJersey } from "../../src/data/synthetic_jerseys/draw.ts";
import { encodeJpeg } from "../../src/host/deno_images.ts";

const NUMBERS = ["3", "10", "7"];

/** Drawn jerseys in folders of splits and classes, `count` of each class in train; and others by path. */
export async function jerseysZip(count: number, others: Record<string, string> = {}): Promise<Uint8Array> {
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
export async function openLearning(page: Page, bytes: Uint8Array): Promise<void> {
  await page.locator("input[type=file]:not([webkitdirectory])").first()
    .setInputFiles({ name: "jerseys.zip", mimeType: "application/zip", buffer: Buffer.from(bytes) });
  await page.locator(".badge.done").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Will it learn?" }).click();
  await page.getByText("On google swiftshader").waitFor({ timeout: 60_000 });
  await page.getByLabel("Image side, pixels").selectOption("32");
}

/** Waits for the state of the run. */
export async function state(page: Page, name: string): Promise<void> {
  const found = page.locator("#run-title .badge").filter({ hasText: new RegExp(`^(${name}|failed)$`) });
  await found.waitFor({ timeout: 400_000 });
  assertEquals(await found.innerText(), name, await page.locator("main").innerText());
}

/** Bytes as text. */
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
