/** What automatic augmentation draws: torchvision's operations, as often and as strong. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import type { Operation } from "../../src/data/transforms/operation.ts";
import { pipeline } from "../../src/data/transforms/pipeline.ts";
import type { Step } from "../../src/data/transforms/transform.ts";

const SIDE = 224;
const DRAWS = 6000;

/** What a step draws for an image in many samples. */
function draws(step: Step, count = DRAWS): (readonly Operation[])[] {
  const { draw } = pipeline([step], { imageSize: SIDE, purpose: "train" });
  return Array.from({ length: count }, (_, i) => draw({ width: SIDE, height: SIDE }, rng(11, i)));
}

/** An operation as a policy names it, and its magnitude to five digits: "ShearX 0.3". */
function described(operation: Operation): string {
  const digits = (value: number) => String(Number(value.toPrecision(5)) + 0);
  if (operation.kind === "sharpness") return `Sharpness ${digits(operation.by - 1)}`;
  if (operation.kind === "color") {
    const [{ what: full, by }, ...more] = operation.steps, what = full.replace("tensor_", "");
    assertEquals(more, []);
    if (what === "posterize" || what === "solarize") return `${what} ${digits(by)}`;
    return what === "equalize" || what === "autocontrast" ? what : `${what} ${digits(by - 1)}`;
  }
  if (operation.kind !== "affine") throw new TypeError(`Cannot describe ${operation.kind}`);
  assertEquals(operation.scale, 1);
  const { angle, translate: [x, y], shear: [sx, sy] } = operation;
  const slope = (degrees: number) => Math.tan(degrees * Math.PI / 180);
  if (angle !== 0) return `Rotate ${digits(-angle)}`;
  if (sx !== 0) {
    assert(Math.abs(x + slope(sx) * SIDE / 2) < 1e-9 && y === 0, "a shear keeps the upper left corner");
    return `ShearX ${digits(slope(sx))}`;
  }
  if (sy !== 0) {
    assert(Math.abs(y + slope(sy) * SIDE / 2) < 1e-9 && x === 0, "a shear keeps the upper left corner");
    return `ShearY ${digits(slope(sy))}`;
  }
  return y === 0 ? `TranslateX ${x}` : `TranslateY ${y}`;
}

/** That a count among `of` draws is about a share of them. */
function assertShare(count: number, share: number, of: number, what: string): void {
  const deviation = Math.sqrt(share * (1 - share) / of);
  assert(Math.abs(count / of - share) <= 4.5 * deviation, `${what}: ${count} of ${of}, expected ${share}`);
}

const counted = (names: string[]) =>
  new Map([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
const either = (name: string, magnitude: number) => [`${name} ${magnitude}`, `${name} ${-magnitude}`];

Deno.test("rand_augment draws two of torchvision's 14 operations at magnitude 9 of 31", () => {
  const drawn = draws("rand_augment");
  assert(drawn.every(({ length }) => length <= 2));
  const counts = counted(drawn.flat().map(described));
  // magnitudes of torchvision.transforms.v2.RandAugment for 224 x 224
  const signed = [
    ["ShearX", 0.09],
    ["ShearY", 0.09],
    ["TranslateX", 30],
    ["TranslateY", 30],
    ["Rotate", 9],
    ["brightness", 0.27],
    ["saturation", 0.27],
    ["contrast", 0.27],
    ["Sharpness", 0.27],
  ] as const;
  const known = [
    ...signed.flatMap(([name, most]) => either(name, most).map((what) => [what, 1 / 28] as const)),
    ...["posterize 7", "solarize 178.5", "autocontrast", "equalize"].map((what) => [what, 1 / 14] as const),
  ];
  assertEquals(new Set(counts.keys()), new Set(known.map(([what]) => what)));
  for (const [what, share] of known) assertShare(counts.get(what)!, share, 2 * DRAWS, what);
});

Deno.test("rand_augment takes another number of operations, magnitude and scale", () => {
  const [operations] = [draws({ rand_augment: { num_ops: 40, magnitude: 4, num_magnitude_bins: 5 } }, 1)[0]];
  const names = new Set(operations.map(described));
  for (const what of names) {
    const [name, magnitude] = what.split(" ");
    if (name.startsWith("Shear")) assertEquals(Math.abs(Number(magnitude)), 0.3);
    if (name.startsWith("Translate")) assertEquals(Math.abs(Number(magnitude)), 101);
    if (name === "posterize") assertEquals(magnitude, "4");
    if (name === "solarize") assertEquals(magnitude, "0");
  }
  assert(names.size > 10);
  assertEquals(draws({ rand_augment: { num_ops: 0 } }, 1), [[]]);
  assertThrows(
    () => draws({ rand_augment: { magnitude: 5, num_magnitude_bins: 5 } }, 1),
    Error,
    "must be below num_magnitude_bins",
  );
});

Deno.test("trivial_augment_wide draws one operation of any of 31 strengths", () => {
  const drawn = draws("trivial_augment_wide");
  assert(drawn.every(({ length }) => length <= 1));
  assertShare(drawn.filter(({ length }) => length === 0).length, 1 / 14, DRAWS, "nothing");
  const counts = counted(drawn.flat().map(described));
  const of = (name: string) => [...counts.keys()].filter((what) => what.startsWith(`${name} `));
  const magnitudes = (name: string) =>
    of(name).map((what) => Number(what.split(" ")[1])).sort((a, b) => a - b);
  for (const name of ["brightness", "contrast", "saturation", "Sharpness"]) {
    assertEquals(magnitudes(name).at(-1), 0.99);
    assertEquals(magnitudes(name)[0], -0.99);
    assertEquals(magnitudes(name).length, 61);
  }
  assertEquals([magnitudes("ShearX")[0], magnitudes("ShearX").at(-1)], [-0.99, 0.99]);
  assertEquals([magnitudes("Rotate")[0], magnitudes("Rotate").at(-1)], [-135, 135]);
  assertEquals([magnitudes("TranslateX")[0], magnitudes("TranslateX").at(-1)], [-32, 32]);
  assertEquals(magnitudes("posterize"), [2, 3, 4, 5, 6, 7, 8]);
  assertEquals(magnitudes("solarize").length, 31);
  for (const what of ["equalize", "autocontrast"]) {
    assertShare(counts.get(what)!, 1 / 14, DRAWS, what);
  }
  const posterized = of("posterize").reduce((sum, what) => sum + counts.get(what)!, 0);
  assertShare(posterized, 1 / 14, DRAWS, "posterize");
  assertShare(counts.get("posterize 8")!, 1 / 14 * 3 / 31, DRAWS, "posterize 8");
});

Deno.test("auto_augment draws one of 25 pairs, whose operations have probabilities of their own", () => {
  const shares = (policy: string, what: string) =>
    draws({ auto_augment: { policy } }).flat().map(described).filter((name) => name === what).length / DRAWS;
  const near = (share: number, expected: number) =>
    assert(Math.abs(share - expected) < 0.02, `${share}, expected ${expected}`);
  // sums of the probabilities in torchvision's tables, of 25
  near(shares("imagenet", "equalize"), 11.2 / 25);
  near(shares("cifar10", "equalize"), 4.7 / 25);
  near(shares("svhn", "equalize"), 3.9 / 25);
  near(shares("imagenet", "solarize 0"), 1.8 / 25);
  near(shares("svhn", "solarize 0"), 7.6 / 25);
  near(shares("imagenet", "autocontrast"), 1.2 / 25);
  const [names] = [new Set(draws("auto_augment").flat().map(described))];
  for (
    const what of [
      "Rotate 30",
      "Rotate -30",
      "posterize 4",
      "solarize 113.33",
      "contrast -0.8",
      "ShearX 0.16667",
    ]
  ) {
    assert(names.has(what), `${what} is missing of ${[...names]}`);
  }
  assert(draws("auto_augment").every(({ length }) => length <= 2));
});

Deno.test("aug_mix draws three chains of one to three operations, and shares of 1", () => {
  const drawn = draws("aug_mix", 3000).map(([operation]) => {
    if (operation.kind !== "mix") throw new TypeError(`Cannot mix by ${operation.kind}`);
    return operation;
  });
  const depths = drawn.flatMap(({ chains }) => chains.map(({ operations }) => operations.length));
  const total = drawn.map(({ original, chains }) => chains.reduce((sum, { share }) => sum + share, original));
  assert(drawn.every(({ chains }) => chains.length === 3));
  assert(total.every((sum) => Math.abs(sum - 1) < 1e-12));
  for (const depth of [1, 2, 3]) {
    assertShare(depths.filter((one) => one === depth).length, 1 / 3, 9000, `depth ${depth}`);
  }
  // a concentration of 1: the image's share is uniform, that of a chain has the mean 1/6
  assertShare(drawn.filter(({ original }) => original < 0.2).length, 0.2, 3000, "a share below 0.2");
  const mean = drawn.reduce((sum, { chains }) => sum + chains[1].share, 0) / 3000;
  assert(Math.abs(mean - 1 / 6) < 0.01, `${mean}`);
  const names = new Set(
    drawn.flatMap(({ chains }) => chains.flatMap(({ operations }) => operations.map(described))),
  );
  // severity 3 of 10: the three lowest strengths, of which the lowest changes nothing but bits and levels
  for (
    const what of [
      "ShearX 0.066667",
      "Rotate -6.6667",
      "TranslateX 16",
      "posterize 3",
      "posterize 4",
      "solarize 255",
    ]
  ) {
    assert(names.has(what), `${what} is missing of ${[...names]}`);
  }
  assert(!names.has("ShearX 0.1") && !names.has("posterize 2"));
});

Deno.test("aug_mix can leave out brightness and the like, and have longer and more chains", () => {
  const step = { aug_mix: { all_ops: false, mixture_width: 2, chain_depth: 5, alpha: 0.05 } };
  const all = draws(step, 500).flat();
  const chains = all.flatMap((operation) => operation.kind === "mix" ? operation.chains : []);
  assertEquals(chains.length, 1000);
  assert(chains.every(({ operations }) => operations.length === 5));
  const kinds = new Set(
    chains.flatMap(({ operations }) => operations.map((one) => described(one).split(" ")[0])),
  );
  for (const name of ["brightness", "saturation", "contrast", "Sharpness"]) assert(!kinds.has(name), name);
  assert(kinds.has("equalize") && kinds.has("ShearY"));
  // a small concentration gives nearly all to one part
  const clear = all.filter((one) => one.kind === "mix" && Math.abs(one.original - 0.5) > 0.45).length;
  assert(clear > 400, `${clear} of 500`);
});

Deno.test("automatic augmentation depends on the stream and the size alone", () => {
  for (const step of ["rand_augment", "trivial_augment_wide", "auto_augment", "aug_mix"]) {
    assertEquals(draws(step, 50), draws(step, 50));
  }
});

Deno.test("single operations come with their probability", () => {
  const steps = [
    [{ posterize: { bits: 3, p: 0.2 } }, 0.2, "posterize 3"],
    [{ solarize: { threshold: 90.5 } }, 0.5, "solarize 90.5"],
    [{ equalize: { p: 0.9 } }, 0.9, "equalize"],
    ["autocontrast", 0.5, "autocontrast"],
    [{ sharpness: { factor: 1.5, p: 0.3 } }, 0.3, "Sharpness 0.5"],
    ["invert", 0.5, "solarize 0"],
    ["grayscale", 0.1, "saturation -1"],
  ] as const;
  for (const [step, share, what] of steps) {
    const counts = counted(draws(step).flat().map(described));
    assertEquals([...counts.keys()], [what]);
    assertShare(counts.get(what)!, share, DRAWS, what);
  }
});

Deno.test("rotate turns within its range, about the centre", () => {
  const angles = (degrees: number | number[]) =>
    draws({ rotate: { degrees } }, 500).flat().map((operation) =>
      Number(described(operation).replace("Rotate ", ""))
    );
  const [low, high] = [Math.min(...angles(30)), Math.max(...angles(30))];
  assert(low >= -30 && low < -29 && high <= 30 && high > 29, `${low} .. ${high}`);
  const right = angles([90, 100]);
  assert(Math.min(...right) >= 90 && Math.max(...right) <= 100);
});
