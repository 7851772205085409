/** Which classes look like others once training has mirrored or turned their images. */
import { assertEquals } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import { loadConfig } from "../../../src/config/mod.ts";
import { readDataset } from "../../../src/data/files/dataset.ts";
import { withTraining } from "../../../src/data/health/check.ts";
import { classChanges } from "../../../src/data/health/class_changes.ts";
import { transforms } from "../../../src/data/transforms/mod.ts";
import { pipeline } from "../../../src/data/transforms/pipeline.ts";
import type { Step, TransformPlugin } from "../../../src/data/transforms/transform.ts";
import { denoConfigFiles } from "../../../src/host/deno_config.ts";
import { check, healthy, kindsOf, treeOfPictures } from "./made.ts";

const DIGITS = [..."0123456789"];

/** The classes that each transform changes. */
const changed = (train: readonly Step[], classes: readonly string[]) =>
  classChanges(train, classes).map(({ change, key, classes }) => [
    change,
    key,
    ...classes.map(({ className, note }) => `${className}: ${note}`),
  ]);

Deno.test("classChanges() says what mirrored digits look like, and by which transform", () => {
  const by = "by random_horizontal_flip",
    looks = (other: string) => `looks like "${other}" after random_horizontal_flip`;
  assertEquals(changed(["normalize", { random_horizontal_flip: null }], DIGITS), [[
    "flip",
    "transforms.train.1.random_horizontal_flip",
    `2: ${looks("5")}`,
    `3: ${by}`,
    `4: ${by}`,
    `5: ${looks("2")}`,
    `6: ${by}`,
    `7: ${by}`,
    `9: ${by}`,
  ]]);
  assertEquals(
    changed([{ random_horizontal_flip: {} }], ["12", "51", "turnLeft", "turnRight", "b", "d", "cat"]),
    [[
      "flip",
      "transforms.train.0.random_horizontal_flip",
      `12: ${looks("51")}`,
      `51: ${looks("12")}`,
      `turnLeft: ${looks("turnRight")}`,
      `turnRight: ${looks("turnLeft")}`,
      `b: ${looks("d")}`,
      `d: ${looks("b")}`,
    ]],
  );
});

Deno.test("classChanges() says which classes of digits and sides are others upside down", () => {
  const over: Step[] = [{ random_affine: { degrees: 180 } }],
    looks = (other: string) => `looks like "${other}" after random_affine`;
  assertEquals(changed(over, [...DIGITS, "16", "91", "66", "arrow up", "arrow down", "up"]), [[
    "turn",
    "transforms.train.0.random_affine",
    `6: ${looks("9")}`,
    `9: ${looks("6")}`,
    `16: ${looks("91")}`,
    `91: ${looks("16")}`,
    `arrow up: ${looks("arrow down")}`,
    `arrow down: ${looks("arrow up")}`,
  ]]);
});

Deno.test("classChanges() knows how far rotate and automatic augmentation turn", () => {
  const changes = (...train: Step[]) =>
    classChanges(train, ["6", "9"]).map(({ change, key }) => `${change} by ${key}`);
  assertEquals(changes({ rotate: { degrees: 180 } }), ["turn by transforms.train.0.rotate"]);
  assertEquals(changes({ rotate: { degrees: [0, 90] } }, "rand_augment", "auto_augment", "aug_mix"), []);
  assertEquals(changes("trivial_augment_wide"), ["turn by transforms.train.0.trivial_augment_wide"]);
});

Deno.test("classChanges() goes by the angles that random_affine can draw", () => {
  const random = rng(7, "angles");
  for (let n = 0; n < 500; n++) {
    const low = random.integer(1000) - 500, high = low + random.integer(n % 2 === 0 ? 60 : 400);
    const angles = Array.from({ length: high - low + 1 }, (_, i) => low + i);
    const isOver = angles.some((angle) => Math.cos(angle / 180 * Math.PI) < -1e-9);
    const found = classChanges([{ random_affine: { degrees: [low, high] } }], ["6", "9"]);
    assertEquals(found.length > 0, isOver, `${low} .. ${high}`);
  }
});

Deno.test("classChanges() knows each transform that draws a mirrored image, or one that is turned over", () => {
  const needed: Record<string, Record<string, unknown>> = {
    random_affine: { degrees: 170 },
    rotate: { degrees: 170 },
    gaussian_blur: { kernel_size: 3 },
    posterize: { bits: 4 },
    sharpness: { factor: 2 },
    solarize: { threshold: 128 },
    random_apply: { transforms: [] },
    random_choice: { transforms: ["center_crop"] },
  };
  const found = { flip: 0, turn: 0 };
  for (const [name, plugin] of Object.entries<TransformPlugin>(transforms)) {
    const step = { [name]: needed[name] ?? {} };
    const steps = plugin.afterNormalize ? ["normalize", step] : [step];
    const list = [{ resize: { keep_aspect: false } }, ...steps];
    const pipe = pipeline(list, { imageSize: 32, purpose: "train" });
    const drawn = Array.from({ length: 400 }, (_, n) => pipe.draw({ width: 40, height: 32 }, rng(n))).flat();
    const isMirrored = drawn.some(({ kind }) => kind === "flip");
    const isOver = drawn.some((each) => each.kind === "affine" && Math.cos(each.angle / 180 * Math.PI) < 0);
    const changes = classChanges(list, ["2", "5", "6", "9"]).map(({ change }) => change);
    assertEquals(changes, [...isMirrored ? ["flip"] : [], ...isOver ? ["turn"] : []], name);
    if (isMirrored) found.flip++;
    if (isOver) found.turn++;
  }
  assertEquals(found, { flip: 1, turn: 3 });
});

Deno.test("classChanges() finds a flip at any depth, if it is ever applied", () => {
  const keys = (...train: Step[]) => classChanges(train, ["3"]).map(({ key }) => key);
  const flip = { random_horizontal_flip: {} };
  assertEquals(keys("center_crop", { random_horizontal_flip: { p: 0 } }), []);
  assertEquals(keys({ random_apply: { transforms: [flip], p: 0.1 } }), [
    "transforms.train.0.random_apply.transforms.0.random_horizontal_flip",
  ]);
  assertEquals(keys({ random_apply: { transforms: [flip], p: 0 } }), []);
  assertEquals(keys({ random_choice: { transforms: [flip, "center_crop", flip], p: [0, 1, 2] } }), [
    "transforms.train.0.random_choice.transforms.2.random_horizontal_flip",
  ]);
  const ofPreset = (name: string) =>
    keys(...loadConfig(denoConfigFiles(), [`transforms=${name}`]).transforms.train);
  assertEquals(["default", "rand_augment"].map((name) => ofPreset(name).length), [1, 1]);
  assertEquals(["upright", "stretched", "basketball_jersey"].map(ofPreset), [[], [], []]);
});

Deno.test("withTraining() reports on other transforms as a check with them does, without looking at files", async () => {
  const files = { ...healthy(["6", "9"], { train: 12, valid: 5 }), "train/6/broken.jpg": new Uint8Array(9) };
  const dataset = await readDataset(await treeOfPictures(files));
  const flipped: Step[] = [{ random_horizontal_flip: {} }],
    over: Step[] = [{ random_affine: { degrees: 120 } }];
  const report = await check(files, flipped);
  assertEquals(kindsOf(report), ["unreadable", "flip"]);
  assertEquals(withTraining(report, dataset, over), await check(files, over));
  assertEquals(kindsOf(withTraining(report, dataset, [])), ["unreadable"]);
});
