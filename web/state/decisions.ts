/** What the user has decided about images, by path; kept with the dataset, and undone one by one. */
import { effect, signal } from "@preact/signals";
import type { Correction } from "../../src/data/files/patch.ts";
import type { Split } from "../../src/data/types.ts";
import { keep, kept } from "./kept.ts";
import { fault, key } from "./session.ts";

/** What is to become of an image. */
export interface Decision {
  readonly isDropped?: boolean;
  readonly label?: string;
  readonly split?: Split;
}

type Decisions = ReadonlyMap<string, Decision>;

export const decisions = signal<Decisions>(new Map());
/** Writes to the browser's database that are under way. */
export const writes = signal(0);
let earlier: Decisions[] = [];

/** Decides about an image. */
export function decide(path: string, change: Decision): void {
  earlier.push(decisions.value);
  store(new Map([...decisions.value, [path, { ...decisions.value.get(path), ...change }]]));
}

/** Decides as the verdict proposes: about images on which nothing has been decided. */
export function accept(proposed: readonly Correction[]): void {
  earlier.push(decisions.value);
  const drops = proposed.map(({ image }): [string, Decision] => [image, { isDropped: true }]);
  store(new Map([...drops, ...decisions.value]));
}

/** Takes the last decision back. */
export function undo(): void {
  const before = earlier.pop();
  if (before !== undefined) store(before);
}

/** The decisions as corrections, in the order in which they were made. */
export function corrections(): Correction[] {
  return [...decisions.value].flatMap(([image, { isDropped, label, split }]): Correction[] => {
    if (isDropped) return [{ image, action: "drop", reason: "decided in the page" }];
    if (split !== undefined) return [{ image, action: "move", split, ...(label !== undefined && { label }) }];
    return label === undefined ? [] : [{ image, action: "relabel", label }];
  });
}

function store(next: Decisions): void {
  decisions.value = next;
  const now = key.value;
  if (now === undefined) return;
  writes.value++;
  keep(now, [...next])
    .catch((error) => fault.value = `Cannot keep decisions over a reload: ${error}`)
    .finally(() => writes.value--);
}

effect(() => {
  const now = key.value;
  earlier = [];
  decisions.value = new Map();
  if (now === undefined) return;
  kept<[string, Decision][]>(now).then(
    (known) => {
      if (key.value === now && known !== undefined) decisions.value = new Map(known);
    },
    (error) => fault.value = `Cannot read earlier decisions: ${error}`,
  );
});
