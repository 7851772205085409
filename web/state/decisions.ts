/** What the user has decided about images, by path; kept with the dataset, and undone one by one. */
import { computed, effect, signal } from "@preact/signals";
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
/** What each decision has changed: images with what was decided about them before. */
const earlier = signal<readonly (readonly (readonly [path: string, before: Decision | undefined])[])[]>([]);
/** True while there is a decision of this tab to take back. */
export const canUndo = computed(() => earlier.value.length > 0);
/** Tells other tabs for which dataset something was decided here. */
const tabs = new BroadcastChannel("wgrad decisions");

/** Decides about an image. */
export function decide(path: string, change: Decision): void {
  const before = decisions.value.get(path);
  earlier.value = [...earlier.value, [[path, before]]];
  store(new Map([...decisions.value, [path, { ...before, ...change }]]));
}

/** Decides as the verdict proposes: about images on which nothing has been decided. */
export function accept(proposed: readonly Correction[]): void {
  const drops = proposed.filter(({ image }) => !decisions.value.has(image)).map(({ image }) => image);
  earlier.value = [...earlier.value, drops.map((image) => [image, undefined] as const)];
  store(new Map([...drops.map((image) => [image, { isDropped: true }] as const), ...decisions.value]));
}

/** Takes the last decision back. */
export function undo(): void {
  const last = earlier.value.at(-1);
  if (last === undefined) return;
  earlier.value = earlier.value.slice(0, -1);
  const next = new Map(decisions.value);
  for (const [path, before] of last) {
    if (before === undefined) next.delete(path);
    else next.set(path, before);
  }
  store(next);
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
    .then(() => tabs.postMessage(now))
    .catch((error) => fault.value = `Cannot keep decisions over a reload: ${error}`)
    .finally(() => writes.value--);
}

effect(() => {
  earlier.value = [];
  decisions.value = new Map();
  if (key.value !== undefined) read(key.value);
});

tabs.addEventListener("message", ({ data }) => {
  if (data === key.peek()) read(data);
});

/** Takes what was kept for a dataset, by this tab or another one. */
function read(now: string): void {
  kept<[string, Decision][]>(now).then(
    (known) => {
      if (key.value === now && known !== undefined) decisions.value = new Map(known);
    },
    (error) => fault.value = `Cannot read earlier decisions: ${error}`,
  );
}
