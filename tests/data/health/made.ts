/** Made pictures and datasets with planted dirt, for the tests of the health check. */
import { type Rng, rng } from "../../../src/base/rng.ts";
import { readDataset } from "../../../src/data/files/dataset.ts";
import { checkHealth } from "../../../src/data/health/check.ts";
import type { Finding, HealthReport, Kind } from "../../../src/data/health/types.ts";
import { memoryTree } from "../../../src/data/files/memory_tree.ts";
import type { Step } from "../../../src/data/transforms/transform.ts";
import type { FileTree, Picture } from "../../../src/data/types.ts";
import { decodeImage, encodeJpeg, encodePng } from "../../../src/host/deno_images.ts";

/** A picture of coloured waves that resembles no picture of another seed. */
export function waves(seed: number, width = 40, height = 52): Picture {
  const random = rng(seed, "waves");
  const terms = Array.from({ length: 9 }, () => {
    const gray = random.normal(), tint = () => gray + 0.3 * random.normal();
    return {
      u: random.uniform(-4, 4) / width,
      v: random.uniform(-4, 4) / height,
      phase: random.uniform(0, 7),
      rgb: [tint(), tint(), tint()],
    };
  });
  return fill(
    width,
    height,
    (x, y, c) =>
      120 +
      30 * terms.reduce((sum, { u, v, phase, rgb }) =>
          sum + rgb[c] * Math.cos(phase + 6.3 * (u * x + v * y)), 0),
  );
}

/** A picture from a function of column, row and channel. */
export function fill(
  width: number,
  height: number,
  value: (x: number, y: number, c: number) => number,
): Picture {
  const data = Uint8ClampedArray.from(
    { length: width * height * 3 },
    (_, i) => value(Math.trunc(i / 3) % width, Math.trunc(i / 3 / width), i % 3),
  );
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** A picture whose every value is changed. */
export function changed(picture: Picture, change: (value: number) => number): Picture {
  return { ...picture, data: Uint8Array.from(Uint8ClampedArray.from(picture.data, change)) };
}

/** The picture with less contrast: a twin, no copy. */
export function paler(picture: Picture): Picture {
  return changed(picture, (value) => 0.7 * value + 70);
}

/** Salt and pepper on a share of the values. */
export function speckled(picture: Picture, share: number, random: Rng): Picture {
  return changed(picture, (value) => random.uniform() < share ? 255 * random.integer(2) : value);
}

/** Pictures, or the bytes of files, by path. */
export type Files = Record<string, Picture | Uint8Array>;

/** Files of a dataset by path; pictures become JPEG, or PNG where the path says so. */
export async function treeOfPictures(files: Readonly<Files>): Promise<FileTree> {
  const made = new Map<string, Uint8Array>();
  for (const [path, content] of Object.entries(files)) {
    const encode = path.endsWith(".png") ? encodePng : (picture: Picture) => encodeJpeg(picture, 92);
    made.set(path, content instanceof Uint8Array ? content : await encode(content));
  }
  return memoryTree("made", made);
}

/** `count` healthy pictures a class and split, as `<split>/<class>/<i>.jpg`. */
export function healthy(classes: readonly string[], counts: Readonly<Record<string, number>>): Files {
  const files: Files = {};
  let seed = 1;
  for (const [split, count] of Object.entries(counts)) {
    for (const name of classes) {
      for (let i = 0; i < count; i++) files[`${split}/${name}/${i}.jpg`] = waves(seed++);
    }
  }
  return files;
}

/** Checks a made dataset. */
export async function check(files: Readonly<Files>, train: readonly Step[] = []): Promise<HealthReport> {
  const tree = await treeOfPictures(files);
  return await checkHealth(tree, await readDataset(tree), decodeImage, { train });
}

/** The paths of a finding's groups, sorted. */
export function groupsOf({ findings }: { findings: readonly Finding[] }, kind: Kind): string[][] {
  const groups = findings.find((finding) => finding.kind === kind)?.groups ?? [];
  return groups.map((group) => group.map(({ path }) => path).sort()).sort();
}

/** The kinds that were found. */
export function kindsOf({ findings }: HealthReport): Kind[] {
  return findings.map(({ kind }) => kind);
}
