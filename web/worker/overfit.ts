/** The batch that a network has to learn by heart: some of each class, and first of all images under two labels. */
import { rng } from "../../src/base/rng.ts";
import { type Correction, formatPatch } from "../../src/data/files/patch.ts";
import type { DatasetCalls, OverfitBatch } from "../protocol/calls.ts";
import { correctionsOf } from "../protocol/decided.ts";
import type { Catalog } from "./catalog.ts";

/** Images of these kinds cannot all be learnt. */
const CONTRADICTIONS = ["two_labels", "two_labels_near"] as const;

/**
 * Chooses `size` images of those that are trained on where `data.split` holds out none, and drops all others of them.
 * What the user has decided to drop is not chosen, nor what they leave without a label, and what they relabel counts as
 * they say.
 */
export function overfitBatch(
  catalog: Catalog,
  { size, decided, isUnlabelled }: DatasetCalls["overfitBatch"]["params"],
): OverfitBatch {
  const corrections = correctionsOf(decided), decisions = new Map(corrections.map((one) => [one.image, one]));
  const labelOf = (path: string) => {
    const decision = decisions.get(path);
    return decision?.action === "drop" ? undefined : decision?.label;
  };
  const isTrained = (id: number) => {
    const { path, split } = catalog.entries[id], decision = decisions.get(path);
    if (decision?.action === "move") return decision.split === "train";
    return decision?.action !== "drop" && (split === "train" || catalog.dataset.divided.includes(split));
  };
  const rowOf = (id: number) => {
    const row = catalog.row(id);
    return { ...row, className: labelOf(row.path) ?? row.className };
  };
  const offered = [...catalog.list({ sort: "order" })].filter((id) =>
    isTrained(id) && (!isUnlabelled || labelOf(catalog.entries[id].path) !== undefined)
  );
  const contradictory = offered.filter((id) =>
    CONTRADICTIONS.some((kind) => catalog.row(id).findings.includes(kind))
  );
  const order = [...rng(0, "overfit").permutation(offered.length)].map((i) => offered[i]);
  const chosen = new Set(contradictory.slice(0, Math.floor(size / 4)));
  for (const id of inTurn(order, (id) => rowOf(id).className)) {
    if (chosen.size >= size) break;
    chosen.add(id);
  }
  const paths = new Set([...chosen].map((id) => catalog.entries[id].path));
  const others = new Set(offered.map((id) => catalog.entries[id].path).filter((path) => !paths.has(path)));
  const drops = [...others].map((image): Correction => ({
    image,
    action: "drop",
    reason: "not in the batch",
  }));
  return {
    patch: formatPatch([...corrections.filter(({ image }) => !others.has(image)), ...drops]),
    images: [...chosen].map(rowOf),
    contradictions: [...chosen].filter((id) => contradictory.includes(id)),
  };
}

/** One of each group after the other, until all are used. */
function* inTurn(ids: readonly number[], groupOf: (id: number) => string): Generator<number> {
  const groups = [...Map.groupBy(ids, groupOf).values()];
  for (let i = 0; groups.some((group) => i < group.length); i++) {
    for (const group of groups) if (i < group.length) yield group[i];
  }
}
