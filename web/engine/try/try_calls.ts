/** Tries models on images of the user's. */
import { DataError } from "../../../src/base/errors.ts";
import { bitmapOf, decodeImage } from "../../../src/host/browser_images.ts";
import type { Disk } from "../../../src/host/memory_disk.ts";
import { confidenceNote } from "../../../src/train/calibration.ts";
import { withHeat } from "../../../src/plots/heat.ts";
import type { Classifier } from "../../../src/setup/classify/classifier.ts";
import { decodeFile, type PictureFile } from "../../../src/tasks/predict/inputs.ts";
import { predictAll } from "../../../src/tasks/predict/predict_all.ts";
import { asCsv, guesses } from "../../../src/tasks/predict/prediction.ts";
import type { Handlers } from "../../protocol/channel.ts";
import type { OpenedModel, Tried, TryCalls } from "../../protocol/try_calls.ts";
import type { Source } from "../../protocol/source.ts";
import { findGiven } from "./given.ts";
import { Models, PASS } from "./models.ts";

/** Classes that are shown of an image, and that a table has of each, as `deno task predict` by default. */
const SHOWN = 5, LISTED = 3;

const pictures = { decode: decodeImage };

/**
 * Answers the calls about models; `run` is the folder of the page's training on its disk, and `withFiles` gives a source
 * with what was sent ahead of it.
 */
export function tryCalls(
  disk: Disk,
  run: string,
  withFiles: (source: Source) => Source,
): Handlers<TryCalls> {
  const models = new Models(disk, run);
  let images: readonly PictureFile[] = [];
  return {
    async takeIn(source, { progress }) {
      const given = await findGiven(withFiles(source), progress);
      if (given.kind === "models") {
        return { kind: "models", paths: models.give(given.models), isRun: given.isRun };
      }
      images = given.images;
      return { kind: "images", names: images.map(({ name }) => name) };
    },
    ownModels: () => models.own(),
    openModel: async (path, { signal }) => describe(await models.open(path, signal)),
    tryImage: ({ at, of }, { progress }) => look(models.opened(progress), images[at], of),
    async predictImages(_, { progress, signal }) {
      const model = models.opened(() => {}), total = images.length;
      const at = (done: number) => progress({ done, total });
      const result = await predictAll({ pictures, signal }, model, images, {
        topK: LISTED,
        batch: PASS,
        at,
      });
      const csv = asCsv(result, Math.min(LISTED, result.card.classes.length)).join("\n") + "\n";
      return { csv, read: result.predictions.length, unreadable: result.unreadable.length };
    },
  };
}

function describe({ path, card, runtime, notes, explain }: Classifier): OpenedModel {
  const { model, classes, imageSize } = card;
  const said = [...notes, confidenceNote(card.calibration) ?? []].flat();
  return { path, model, runtime, classes, imageSize, notes: said, explains: explain !== undefined };
}

/** What the model says about an image, and what speaks for a class, by default the predicted one. */
async function look(model: Classifier, image: PictureFile, of: number | undefined): Promise<Tried> {
  const { classes } = model.card, decoded = await decodeFile({ pictures }, image);
  if ("reason" in decoded) throw new DataError(`Cannot read ${image.name}: ${decoded.reason}`);
  const { picture } = decoded, chosen = { classes: of === undefined ? undefined : [of] };
  const [explained] = await model.explain?.([picture], chosen) ?? [];
  const logits = explained?.logits ?? await model.logits([picture]);
  const first = guesses(logits, classes, {
    temperature: model.card.calibration?.temperature ?? 1,
    count: Math.min(SHOWN, classes.length),
  });
  if (explained === undefined) return { guesses: first, seen: await bitmapOf(picture) };
  const { seen, map, layer } = explained, size = `${map.width} x ${map.height}`;
  const bitmap = await bitmapOf(withHeat(seen, map));
  return {
    guesses: first,
    seen: await bitmapOf(seen),
    heat: { bitmap, of: classes[explained.of], layer, size },
  };
}
