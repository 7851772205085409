import { counted } from "../../words.ts";
import type { Layout, Part } from "../layout.ts";
import type { LabelledPath } from "../table.ts";

/** The class of images that have no label yet. */
const NO_LABEL = "unlabelled";

/** Images without labels, wherever they lie: corrections give them. Nothing says that this is meant but the user. */
export const unlabelled: Layout = {
  title: "images without labels, which a patch gives them",
  read: ({ images }) =>
    Promise.resolve(
      images.length === 0 ? undefined : {
        understood: "images without labels",
        parts: { all: images.map((path) => ({ path, className: NO_LABEL })) },
        noLabel: NO_LABEL,
        tables: [],
        ignored: new Map(),
        notes: [],
      },
    ),
};

type Parts = Partial<Record<Part, readonly LabelledPath[]>>;

/** What has a label, once anything has: the rest would be a class of its own. */
export function labelledOnly(parts: Parts, noLabel: string, notes: string[]): Parts {
  const isLabelled = ({ className }: LabelledPath) => className !== noLabel;
  const all = Object.values(parts).flat(), left = all.filter(isLabelled).length;
  if (left === 0) {
    notes.push("no image has a label: label them by keyboard in deno task page, and give data.patch=FILE");
    return parts;
  }
  if (left < all.length) notes.push(`left out ${counted(all.length - left, "image")} without a label`);
  return Object.fromEntries(
    Object.entries(parts).map(([part, samples]) => [part, samples.filter(isLabelled)]),
  );
}
