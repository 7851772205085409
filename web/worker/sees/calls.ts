/** Answers what the page asks about what the network sees. */
import { rng } from "../../../src/base/rng.ts";
import { cropLoss, type SizeCount, summarizeCrops } from "../../../src/data/transforms/crop_loss.ts";
import type { Size } from "../../../src/data/transforms/operation.ts";
import { pipeline } from "../../../src/data/transforms/pipeline.ts";
import type { FileTree } from "../../../src/data/types.ts";
import type { Handlers } from "../../protocol/channel.ts";
import type { Evaluation, SeesCalls } from "../../protocol/sees_calls.ts";
import type { Catalog } from "../catalog.ts";
import { confTexts } from "../conf_texts.ts";
import type { Inspectors } from "../inspectors.ts";
import { spread, varied } from "./varied.ts";

/** Where presets are. */
const FOLDER = "transforms/";

interface OpenDataset {
  readonly key: string;
  readonly tree: FileTree;
  readonly catalog: Catalog;
}

/** The handlers; `opened` gives the dataset that is open. */
export function seesCalls(
  opened: () => OpenDataset,
  inspectors: Inspectors,
): Handlers<SeesCalls> {
  return {
    async presets() {
      const { presetOf } = await import("./presets.ts"); // with its reader of YAML, once it is asked for
      return presetFiles().map(([name, text]) => presetOf(name, text));
    },
    async presetFile({ name, edits }) {
      const { editedFile } = await import("./presets.ts");
      return editedFile(confTexts().get(`${FOLDER}${name}.yaml`)!, edits);
    },
    varied(count) {
      const { catalog } = opened(), known = shapesOf(catalog);
      return known.length < count ? spread(candidatesOf(catalog), count) : varied(known, count);
    },
    async losses({ ids, how }, { signal }) {
      const { tree, catalog: { entries, seen } } = opened();
      const paths = ids.map((id) => entries[id].path), place = (path: string) => tree.place!(path);
      const unknown = [...new Set(paths)].filter((path) => !seen.has(path));
      await inspectors.inspect(unknown, place, (path, file) => seen.set(path, file), signal);
      const operations = evaluation(how);
      return paths.map((path) => {
        const picture = seen.get(path)?.picture;
        if (picture === undefined) return undefined;
        const { width, height } = picture;
        return { width, height, ...cropLoss(operations(picture), picture) };
      });
    },
    crops(choices) {
      const sizes = sizesOf(opened().catalog);
      return choices.map((how) => summarizeCrops(sizes, evaluation(how)));
    },
    async prepared({ id, how, epoch }, { signal }) {
      const { key, tree, catalog } = opened(), { path } = catalog.entries[id];
      const drawn = epoch && { ...epoch, position: positionOf(catalog, id) };
      const what = { key: `${key}/${path}`, place: tree.place!(path), how, ...(drawn && { drawn }) };
      return await inspectors.prepare(id, what, signal);
    },
  };
}

/** Of all presets, the name and the text. */
function presetFiles(): [name: string, text: string][] {
  const texts = [...confTexts()].filter(([path]) => path.startsWith(FOLDER));
  return texts.map(([path, text]) => [path.slice(FOLDER.length, -".yaml".length), text]);
}

/** What evaluation does to an image of a size. */
function evaluation({ eval: steps, imageSize }: Evaluation) {
  const { draw } = pipeline(steps, { imageSize, purpose: "eval" }), nothing = rng(0);
  return (size: Size) => draw(size, nothing);
}

/** Images of train whose shapes are known. */
function shapesOf({ entries, seen }: Catalog) {
  return entries.flatMap(({ split, path, label }, id) => {
    const picture = seen.get(path)?.picture;
    return split === "train" && picture ? [{ id, label, aspect: picture.width / picture.height }] : [];
  });
}

/** Those of train that may be images. */
function candidatesOf({ entries, seen }: Catalog): number[] {
  return entries.flatMap(({ split, path }, id) => {
    const file = seen.get(path);
    return split === "train" && (file === undefined || file.picture !== undefined) ? [id] : [];
  });
}

/** Of all files, as far as they are known. */
function sizesOf({ paths, seen }: Catalog): SizeCount[] {
  const counts = new Map<string, SizeCount>();
  for (const path of paths) {
    const picture = seen.get(path)?.picture;
    if (picture === undefined) continue;
    const { width, height } = picture, key = `${width}x${height}`;
    counts.set(key, { width, height, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

/** Where the trainer has a sample: among those of train whose files are images, as far as that is known. */
function positionOf({ entries, seen }: Catalog, id: number): number {
  let position = 0;
  for (let before = 0; before < id; before++) {
    const { split, path } = entries[before], file = seen.get(path);
    if (split === entries[id].split && (file === undefined || file.picture !== undefined)) position++;
  }
  return position;
}
