import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type Rng, rng } from "../../../src/base/rng.ts";
import { readDataset } from "../../../src/data/files/dataset.ts";
import { FINGERPRINT_VALUES } from "../../../src/data/health/fingerprint.ts";
import { inspectFiles, inspecting } from "../../../src/data/health/inspect.ts";
import type { InspectedFile } from "../../../src/data/health/types.ts";
import {
  compareVersions,
  type InspectedVersion,
  type Version,
  type VersionFile,
} from "../../../src/data/health/versions.ts";
import type { Split } from "../../../src/data/types.ts";
import { decodeImage, encodeJpeg } from "../../../src/host/deno_images.ts";
import { type Files, paler, treeOfPictures, waves } from "./made.ts";

const SPLITS: readonly Split[] = ["train", "valid", "test"], NAMES = ["cat", "dog", "emu"];

async function version(files: Readonly<Files>): Promise<InspectedVersion> {
  const tree = await treeOfPictures(files), dataset = await readDataset(tree);
  return { classes: dataset.classes, files: await inspectFiles(dataset, inspecting(tree, decodeImage)) };
}

const placeOf = ({ split, className, path }: VersionFile) => [split, className, path];

Deno.test("compareVersions() finds what was done to a dataset, whatever its files are called", async () => {
  const random = rng(1, "versions");
  for (let round = 0; round < 6; round++) {
    const before: Files = {}, after: Files = {};
    const expected: Record<string, unknown[]> = { added: [], removed: [], relabelled: [], moved: [] };
    let kept = 0, reencoded = 0;
    const pick = <T>(items: readonly T[], but?: T) => {
      const others = items.filter((item) => item !== but);
      return others[random.integer(others.length)];
    };
    for (const split of SPLITS) {
      for (const name of NAMES) {
        before[`${split}/${name}/stays.jpg`] = waves(round * 1000 + split.length * 50 + name.charCodeAt(0));
      }
    }
    Object.assign(after, before);
    kept += 9;
    for (let i = 0; i < 36; i++) {
      const split = pick(SPLITS), name = pick(NAMES), picture = waves(round * 1000 + 500 + i);
      const path = `${split}/${name}/${i}.jpg`, bytes = await encodeJpeg(picture, 92);
      const renamed = (split: string, name: string) => `${split}/${name}/new_${99 - i}.jpg`;
      const action = pick(["keep", "rename", "reencode", "add", "remove", "relabel", "move", "both"]);
      if (action !== "add") before[path] = bytes;
      if (action === "add") {
        after[path] = bytes;
        expected.added.push([split, name, path]);
      } else if (action === "remove") expected.removed.push([split, name, path]);
      else if (action === "relabel" || action === "move" || action === "both") {
        const to = action === "relabel" ? split : pick(SPLITS, split);
        const as = action === "move" ? name : pick(NAMES, name);
        after[renamed(to, as)] = bytes;
        const change = [[split, name, path], [to, as, renamed(to, as)]];
        if (as !== name) expected.relabelled.push(change);
        if (to !== split) expected.moved.push(change);
      } else {
        kept++;
        if (action === "reencode") reencoded++;
        after[action === "rename" ? renamed(split, name) : path] = action === "reencode"
          ? await encodeJpeg(picture, 80)
          : bytes;
      }
    }
    const found = await compareVersions(await version(before), await version(after));
    assertEquals([found.kept, found.reencoded], [kept, reencoded]);
    const sorted = (items: readonly unknown[]) => items.map((item) => JSON.stringify(item)).sort();
    assertEquals(sorted(found.added.map(placeOf)), sorted(expected.added));
    assertEquals(sorted(found.removed.map(placeOf)), sorted(expected.removed));
    for (const key of ["relabelled", "moved"] as const) {
      const changes = found[key].map(({ before, after }) => [placeOf(before), placeOf(after)]);
      assertEquals(sorted(changes), sorted(expected[key]), key);
    }
  }
});

/** Files of a few images, which differ in their pixels by name only; none of them resembles another. */
function randomVersion(random: Rng): InspectedVersion {
  const files = Array.from({ length: 2 + random.integer(30) }, (_, i): InspectedFile => {
    const image = random.integer(8), stream = rng(image, "print");
    const label = () => random.integer(3), split = () => SPLITS[random.integer(3)];
    const isBroken = image === 7;
    const places = Array.from({ length: 1 + random.integer(2) }, () => ({ split: split(), label: label() }));
    return {
      path: `${i}.png`,
      places,
      format: "png",
      byteHash: `${image} ${isBroken ? 0 : random.integer(2)}`,
      reason: isBroken ? "damaged" : undefined,
      picture: isBroken ? undefined : {
        width: 9,
        height: 9,
        pixelHash: `${image}`,
        looks: { low: 0, high: 255, contrast: 50, sharpness: 1 },
        assumedBits: undefined,
        fingerprint: Uint8Array.from({ length: FINGERPRINT_VALUES }, () => stream.integer(256)),
      },
    };
  });
  return { classes: NAMES, files };
}

Deno.test("compareVersions() matches each sample once, and finds the same leaks as all pairs do", async () => {
  const random = rng(2, "versions");
  for (let round = 0; round < 80; round++) {
    const versions = { before: randomVersion(random), after: randomVersion(random) };
    const samples = (version: Version) =>
      versions[version].files.flatMap(({ path, byteHash, places }) =>
        places.map(({ split, label }) => ({ image: byteHash[0], path, split, className: NAMES[label] }))
      );
    const [before, after] = [samples("before"), samples("after")];
    const found = await compareVersions(versions.before, versions.after);
    for (const image of "01234567") {
      const count = (of: readonly { image: string }[]) => of.filter((one) => one.image === image).length;
      const paths = (version: Version) =>
        new Set(
          versions[version].files.filter(({ byteHash }) => byteHash[0] === image).map(({ path }) => path),
        );
      const surplus = count(after) - count(before);
      assertEquals(found.added.filter(({ path }) => paths("after").has(path)).length, Math.max(0, surplus));
      assertEquals(
        found.removed.filter(({ path }) => paths("before").has(path)).length,
        Math.max(0, -surplus),
      );
    }
    for (const trained of ["before", "after"] as const) {
      const [from, to] = trained === "before" ? [before, after] : [after, before];
      const isIn = (of: typeof before, image: string, isTrain: boolean) =>
        of.some((one) => one.image === image && (one.split === "train") === isTrain);
      const leaking = [..."01234567"].filter((image) =>
        isIn(from, image, true) && !isIn(from, image, false) && isIn(to, image, false) &&
        !isIn(to, image, true)
      );
      const leaks = found.leaks.filter((leak) => leak.trained === trained);
      assertEquals(leaks.map(({ isNear }) => isNear), leaks.map(() => false));
      assertEquals(leaks.length, leaking.length);
      for (const { files } of leaks) {
        assertEquals(
          files.every(({ version, split }) => (version === trained) === (split === "train")),
          true,
        );
      }
    }
  }
});

Deno.test("compareVersions() finds near leaks in both directions, and new and gone classes", async () => {
  const before: Files = {
    "train/old/9.jpg": waves(90),
    "test/cat/9.jpg": waves(91),
    "train/cat/1.jpg": waves(1),
    "test/cat/2.jpg": waves(2),
  };
  const after: Files = {
    "train/new/9.jpg": waves(92),
    "test/cat/9.jpg": waves(91),
    "test/cat/1.jpg": paler(waves(1)),
    "train/cat/2.jpg": paler(waves(2)),
    "train/cat/3.jpg": waves(3),
  };
  const { leaks, newClasses, goneClasses } = await compareVersions(
    await version(before),
    await version(after),
  );
  assertEquals([newClasses, goneClasses], [["new"], ["old"]]);
  assertEquals(
    leaks.map((
      { trained, isNear, files },
    ) => [trained, isNear, files.map((file) => [file.version, ...placeOf(file)])]),
    [
      ["before", true, [["before", "train", "cat", "train/cat/1.jpg"], [
        "after",
        "test",
        "cat",
        "test/cat/1.jpg",
      ]]],
      ["after", true, [["after", "train", "cat", "train/cat/2.jpg"], [
        "before",
        "test",
        "cat",
        "test/cat/2.jpg",
      ]]],
    ],
  );
  assertMatch(leaks[0].files[1].note!, /^\d+\.\d % similar$/);
});

Deno.test("compareVersions() finds nothing between a version and itself, whatever leaks within it", async () => {
  const files: Files = {
    "train/cat/1.jpg": waves(1),
    "test/cat/1.jpg": waves(1),
    "train/dog/2.jpg": waves(2),
    "test/dog/2.jpg": paler(waves(2)),
  };
  const one = await version(files), { kept, ...rest } = await compareVersions(one, await version(files));
  const none = {
    added: [],
    removed: [],
    relabelled: [],
    moved: [],
    leaks: [],
    newClasses: [],
    goneClasses: [],
  };
  assertEquals([kept, rest], [4, { reencoded: 0, ...none }]);
});

Deno.test("compareVersions() ends when it is cancelled", async () => {
  const random = rng(3, "many");
  const files = Array.from({ length: 6000 }, (_, i): InspectedFile => ({
    path: `${i}`,
    places: [{ split: "train", label: 0 }],
    format: "png",
    byteHash: `${i}`,
    reason: undefined,
    picture: {
      width: 1,
      height: 1,
      pixelHash: `${i}`,
      looks: { low: 0, high: 255, contrast: 50, sharpness: 1 },
      assumedBits: undefined,
      fingerprint: Uint8Array.from({ length: FINGERPRINT_VALUES }, () => random.integer(256)),
    },
  }));
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  const version = { classes: ["a"], files };
  await assertRejects(
    () => compareVersions(version, { ...version, files: [] }, { signal: stop.signal }),
    DOMException,
  );
});
