/** What has changed in a dataset since a run began, in words. */
import { few } from "../../base/few.ts";
import { counted } from "../words.ts";
import { type Dataset, SPLITS } from "../types.ts";

/** Every file of a dataset with its class: paths by class name, by split. */
export type DataListing = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** The listing of a dataset. */
export function listingOf({ classes, splits }: Dataset): DataListing {
  return Object.fromEntries(SPLITS.map((split) => {
    const byClass = Map.groupBy(splits[split], ({ label }) => classes[label]);
    return [
      split,
      Object.fromEntries([...byClass].map(([name, all]) => [name, all.map(({ path }) => path)])),
    ];
  }));
}

/** The files that are gone, new, and elsewhere (in another split or class), with a few of their names. */
export function changesOf(before: DataListing, now: DataListing): string {
  const was = places(before), is = places(now);
  const gone = [...was.keys()].filter((path) => !is.has(path));
  const added = [...is.keys()].filter((path) => !was.has(path));
  const moved = [...is].filter(([path, place]) => was.has(path) && was.get(path) !== place).map(([path]) =>
    path
  );
  const part = (paths: readonly string[], one: string, more: string) =>
    paths.length === 0
      ? []
      : [`${counted(paths.length, "file")} ${paths.length === 1 ? one : more} (${few(paths)})`];
  const parts = [
    ...part(gone, "is gone", "are gone"),
    ...part(added, "is new", "are new"),
    ...part(moved, "has another class or split", "have another class or split"),
  ];
  return parts.length === 0 ? "its files have another order" : parts.join(", ");
}

/** Where each file stands: its splits and classes in one text. */
function places(listing: DataListing): Map<string, string> {
  const found = new Map<string, string>();
  for (const [split, classes] of Object.entries(listing)) {
    for (const [name, paths] of Object.entries(classes)) {
      for (const path of paths) found.set(path, `${found.get(path) ?? ""}/${split}/${name}`);
    }
  }
  return found;
}
