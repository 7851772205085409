/**
 * Makes the pictures of the page again: its states, light and dark, at 1440 and 390 pixels.
 * `deno run --config=deno.dev.json --allow-all docs/images/page.ts [STATE...]`, where none means all of them. Those of a
 * training take some minutes, because the page trains on Chromium's software GPU.
 */
import { Buffer } from "node:buffer";
import { zipSync } from "fflate";
import { chromium, type Page } from "playwright-core";
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

type Files = Record<string, Uint8Array>;

const CLASSES = ["3", "7", "10", "23", "45", "88"], SIZE = 64;
/** Images of each class. */
const COUNTS = { train: 28, valid: 8, test: 8 };
/** Every so-manieth image of train is under the next class. */
const FLIPPED = 17;

/** Drawn jerseys with what goes wrong in real ones. */
async function jerseys(): Promise<Files> {
  const files: Files = {};
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

/** Files of `of` under other names. */
const renamed = (of: Files, name: (path: string, at: number) => string | undefined): Files =>
  Object.fromEntries(
    Object.entries(of).flatMap(([path, bytes], at): [string, Uint8Array][] => {
      const other = name(path, at);
      return other === undefined ? [] : [[other, bytes]];
    }),
  );

/** Class folders within folders, which can be read in two ways. */
const twoWays = (of: Files) =>
  renamed(of, (path) => {
    const [, split, number, file] = /^(train|valid)\/(3|7|10)\/(00[012]\.jpg)$/.exec(path) ?? [];
    const folder = { train: "home", valid: "away" }[split];
    return folder && !(folder === "away" && number === "7") ? `${folder}/${number}/${file}` : undefined;
  });

/** Images in one folder. */
const unlabelled = (of: Files) =>
  renamed(of, (path, at) => /^valid/.test(path) ? `photos/IMG_${2041 + at}.jpg` : undefined);

/** An earlier version: some images are not there yet, one is under another class, one in another split. */
const earlier = (of: Files) =>
  renamed(
    of,
    (path) =>
      /^train\/(?:23|45)\/02/.test(path)
        ? undefined
        : ({ "train/7/003.jpg": "train/3/103.jpg", "valid/88/001.jpg": "train/88/101.jpg" }[path] ?? path),
  );

const files = await pageFiles({ bundle, configFiles: denoConfigFiles(), readWebRuntime });
const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answers(files, undefined));
const browser = await chromium.launch({
  executablePath: chromiumPath!,
  args: [
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
  ],
});

/** A page in which nothing is open. */
async function emptyPage(): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(`http://127.0.0.1:${(server.addr as Deno.NetAddr).port}/`);
  return page;
}

/** What is made once, by the first that asks for it. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

const LOOKS = [1440, 390].flatMap((width) =>
  (["light", "dark"] as const).map((scheme) => ({ width, scheme }))
);

/** Writes what is in view in each look; `below` is scrolled to first, and `ready` brings about what a look is to show. */
async function shoot(
  page: Page,
  name: string,
  { below, ready }: { readonly below?: string; readonly ready?: () => Promise<void> } = {},
): Promise<void> {
  for (const { width, scheme } of LOOKS) {
    await page.setViewportSize({ width, height: width > 1000 ? 900 : 844 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.waitForTimeout(400);
    if (below === undefined) await page.evaluate(() => scrollTo(0, 0));
    else await page.locator(below).first().evaluate((element) => element.scrollIntoView({ block: "start" }));
    await ready?.();
    await page.waitForTimeout(300);
    const file = new URL(`page/${name}_${width}_${scheme}.webp`, import.meta.url).pathname;
    await sharp(await page.screenshot()).webp({ quality: 70, effort: 6, smartSubsample: true }).toFile(file);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  console.log(name);
}

const press = (page: Page, name: string | RegExp) =>
  page.getByRole("button", { name, exact: typeof name === "string" }).click();
const choose = (page: Page, files: Files, name: string) =>
  page.locator("input[type=file]:not([webkitdirectory])").first().setInputFiles({
    name,
    mimeType: "application/zip",
    buffer: Buffer.from(zipSync(files, { level: 0 })),
  });
const isChecked = (page: Page) => page.locator(".badge.done").waitFor();
const hasFinished = (page: Page) => page.locator("#run-title .badge", { hasText: "finished" }).waitFor({ timeout: 1_800_000 });

const all = once(jerseys);
/** The page with the dataset open and checked. */
const opened = once(async () => {
  const page = await emptyPage();
  await choose(page, await all(), "jerseys.zip");
  await isChecked(page);
  return page;
});
/** The room that trains. */
const learning = once(async () => {
  const page = await opened();
  await press(page, "Will it learn?");
  await page.getByText("On google swiftshader").waitFor();
  await page.getByLabel("Image side, pixels").selectOption("32");
  return page;
});
/** The page with a network that has been trained. */
const trained = once(async () => {
  const page = await learning();
  await press(page, "Will it learn?");
  await page.getByLabel("Epochs").fill("4");
  await page.getByLabel(/Images an epoch/).fill("");
  await page.getByLabel("Augmentation").selectOption("upright");
  await press(page, "2. Train");
  await hasFinished(page);
  return page;
});

/** Draws around the middle of the map, without letting go. */
async function lasso(page: Page): Promise<void> {
  const { x, y, width, height } = (await page.locator(".map").boundingBox())!;
  const moveTo = (turn: number) => {
    const angle = Math.PI * (1.9 * turn / 40 - .75), reach = .27 + .03 * Math.sin(3 * angle);
    return page.mouse.move(
      x + (.5 + reach * Math.cos(angle)) * width,
      y + (.5 + reach * Math.sin(angle)) * height,
    );
  };
  await moveTo(0);
  await page.mouse.down();
  for (let turn = 1; turn <= 40; turn++) await moveTo(turn);
}

/** Opens a frame in the middle of the map by keyboard, without closing it. */
async function frame(page: Page): Promise<void> {
  await page.locator(".map").blur(); // the cross begins in the middle again
  await page.locator(".map").focus();
  for (const key of ["Enter", ...Array(3).fill("Shift+ArrowRight"), ...Array(3).fill("Shift+ArrowDown")]) {
    await page.keyboard.press(key);
  }
}

/** The states by name, in the order of a user's way through the page. */
const states: Record<string, (name: string) => Promise<void>> = {
  async empty(name) {
    await shoot(await emptyPage(), name);
  },
  async question(name) {
    const page = await emptyPage();
    await choose(page, twoWays(await all()), "two_ways.zip");
    await page.locator(".way canvas[data-shown]").nth(3).waitFor();
    await shoot(page, name);
  },
  async camera(name) {
    const page = await emptyPage();
    await press(page, "Take them with the camera");
    await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
    for (const [subject, count] of [["left hand", 5], ["no hand", 3]] as const) {
      await page.getByLabel("Class", { exact: true }).fill(subject);
      for (let i = 0; i < count; i++) {
        await press(page, "Hold to take images");
        await page.waitForTimeout(400);
      }
    }
    await shoot(page, name);
  },
  async labels(name) {
    const page = await emptyPage();
    await choose(page, unlabelled(await all()), "photos.zip");
    await page.getByRole("button", { name: /Label them here/ }).click();
    await page.locator(".tile").nth(20).waitFor();
    await page.locator(".grid").focus();
    const isAt = async (at: number) => {
      const path = await page.locator(`#tile-${at}`).getAttribute("title");
      await page.locator("aside form code", { hasText: path! }).waitFor();
    };
    for (const [at, number] of ["3", "7"].entries()) {
      await isAt(at);
      await page.keyboard.press("l");
      await page.keyboard.type(number);
      await page.keyboard.press("Enter");
      await page.keyboard.press("ArrowRight");
    }
    await isAt(2);
    for (const key of "12112") await page.keyboard.press(key);
    await page.locator("p[aria-busy=false]", { hasText: "7 of" }).waitFor();
    await shoot(page, name);
  },
  async verdict(name) {
    const page = await opened();
    await press(page, "Verdict");
    await shoot(page, name);
  },
  async images(name) {
    const page = await opened();
    await press(page, "Look and fix");
    await page.locator(".tile").nth(20).waitFor();
    await page.locator(".tile").nth(3).click();
    await shoot(page, name);
  },
  async sees(name) {
    const page = await opened();
    await press(page, "What the network sees");
    await page.getByRole("combobox", { name: "Preset" }).selectOption("default");
    await page.locator(".draws canvas[data-shown]").nth(17).waitFor();
    await shoot(page, name);
    await shoot(page, "draws", { below: "section:has(.draws)" });
  },
  async compare(name) {
    const page = await emptyPage();
    await press(page, "Compare");
    const texts = sweepTexts({ runs: 6, classes: CLASSES, samples: 240, epochs: 12 });
    const files = [...texts].map(([path, text]) => [`sweep/${path}`, new TextEncoder().encode(text)]);
    await choose(page, Object.fromEntries(files), "sweep.zip");
    await page.locator("#runs tbody tr").nth(5).waitFor();
    await shoot(page, name);
  },
  async versions(name) {
    const page = await opened();
    await press(page, "Compare");
    await page.getByLabel("this dataset with an earlier version").check();
    await choose(page, earlier(await all()), "jerseys_1.zip");
    await page.locator(".tiles").waitFor();
    await page.locator(".change-groups canvas[data-shown]").first().waitFor();
    await shoot(page, name);
  },
  async learn(name) {
    const page = await trained();
    await press(page, "Will it learn?");
    await shoot(page, name);
    await shoot(page, "run", { below: "#run-title" });
  },
  async wrong(name) {
    const page = await trained();
    await press(page, "Where it is wrong");
    await page.locator(".matrix").waitFor();
    await shoot(page, name);
    await shoot(page, "frame", { below: "section:has(.map)", ready: () => frame(page) });
    await page.locator(".map").blur();
    await page.getByLabel("Draw").selectOption("lasso");
    await shoot(page, "map", { below: "section:has(.map)", ready: () => lasso(page) });
    await page.mouse.up();
  },
  async take(name) {
    const page = await trained();
    await press(page, "Take it away");
    await page.getByText("weights/best.safetensors").waitFor();
    await shoot(page, name);
  },
  async try(name) {
    const page = await trained();
    await press(page, "Look and fix");
    await page.locator(".tile").nth(9).click();
    await press(page, "Try it");
    await press(page, "Take the dataset's chosen image");
    await page.locator(".tried canvas[data-shown$=heat]").waitFor();
    await shoot(page, name);
  },
  async batch(name) {
    const page = await learning();
    await press(page, "Will it learn?");
    await press(page, "1. Learn one batch by heart");
    await hasFinished(page);
    await shoot(page, name, { below: "#judgement-title" });
  },
};

const wanted = Deno.args.length === 0 ? Object.keys(states) : Deno.args;
const unknown = wanted.filter((name) => !(name in states));
if (unknown.length > 0) {
  throw new RangeError(`There is no state ${unknown.join()}: use ${Object.keys(states).join()}`);
}
await Deno.mkdir(new URL("page/", import.meta.url), { recursive: true });
for (const name of wanted) await states[name](name);
await browser.close();
await server.shutdown();
