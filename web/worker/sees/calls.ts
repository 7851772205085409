/** Answers what the page asks about what the network sees. */
import { rng } from "../../../src/base/rng.ts";
import { cropLoss, type SizeCount, summarizeCrops } from "../../../src/data/transforms/crop_loss.ts";
import type { Size } from "../../../src/data/transforms/operation.ts";
import { pipeline } from "../../../src/data/transforms/pipeline.ts";
import type { FileTree } from "../../../src/data/types.ts";
import type { Handlers } from "../../protocol/channel.ts";
import { part } from "../../protocol/part.ts";
import type { Evaluation, SeesCalls } from "../../protocol/sees_calls.ts";
import type { Catalog } from "../catalog.ts";
import { confTexts } from "../conf_texts.ts";
import type { Inspectors } from "../inspectors.ts";
import { Meetings, mixingWays } from "./mixing.ts";
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
  const meetings = new Meetings();
  return {
    async presets() {
      const { presetOf } = await part(import("./presets.ts")); // with its reader of YAML, once it is asked for
      return presetFiles().map(([name, text]) => presetOf(name, text));
    },
    async presetFile({ name, edits, batch }) {
      const { editedFile } = await part(import("./presets.ts"));
      return editedFile(confTexts().get(`${FOLDER}${name}.yaml`)!, edits, batch);
    },
    mixingWays,
    varied(count) {
      const { catalog } = opened(), known = shapesOf(catalog);
      return known.length < count ? spread(samplesOf(catalog), count) : varied(known, count);
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
    async prepared({ id, how, epoch, mixing }, { signal }) {
      const { key, tree, catalog } = opened(), { path } = catalog.entries[id];
      const file = (path: string) => ({ key: `${key}/${path}`, place: tree.place!(path) });
      if (epoch === undefined) return await inspectors.prepare(id, { ...file(path), how }, signal);
      const samples = samplesOf(catalog), position = samples.indexOf(id);
      const met = mixing && meetings.of(position, samples.length, epoch, mixing, how.imageSize);
      const other = met && { ...file(catalog.entries[samples[met.position]].path), position: met.position };
      const mixed = met && { mix: met.mix, other: other! };
      const what = { ...file(path), how, drawn: { ...epoch, position }, ...(mixed && { mixed }) };
      return await inspectors.prepare(id, what, signal);
    },
    mixes({ ids, epochs, imageSize, mixing }) {
      const { catalog } = opened(), samples = samplesOf(catalog);
      return ids.map((id) =>
        epochs.map((epoch) => {
          const met = meetings.of(samples.indexOf(id), samples.length, epoch, mixing, imageSize)!;
          return { share: met.mix.share, className: catalog.row(samples[met.position]).className };
        })
      );
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

/** The samples as the trainer has them: those of train whose files are images, as far as that is known. */
function samplesOf({ entries, order, seen }: Catalog): number[] {
  return order.filter((id) => {
    const { split, path } = entries[id], file = seen.get(path);
    return split === "train" && (file === undefined || file.picture !== undefined);
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
