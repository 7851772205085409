/** What the user has decided about images, by path; kept with the dataset, and undone one by one. */
import { computed, effect, signal } from "@preact/signals";
import { nextTask } from "../next_task.ts";
import { type Decided, decidedOf, type Decision, type Decisions, decisionsOf } from "../protocol/decided.ts";
import { keep, kept } from "./kept.ts";
import { fault, key } from "./session.ts";

export const decisions = signal<Decisions>(new Map());
/** Writes to the browser's database that are under way. */
export const writes = signal(0);
/** What each decision has changed: images, with what was decided about all of them before. */
const earlier = signal<
  readonly { readonly paths: readonly string[]; readonly before?: Decision | undefined }[]
>([]);
/** True while there is a decision of this tab to take back. */
export const canUndo = computed(() => earlier.value.length > 0);
/** Tells other tabs for which dataset something was decided here. */
const tabs = new BroadcastChannel("wgrad decisions");

/** Decides about an image. */
export function decide(path: string, change: Decision): void {
  const before = decisions.value.get(path);
  earlier.value = [...earlier.value, { paths: [path], before }];
  store(new Map(decisions.value).set(path, { ...before, ...change }));
}

/** Drops the images that the verdict proposes, except those on which something has been decided. */
export function accept(proposed: readonly string[]): void {
  const dropped: Decision = { isDropped: true }, next = new Map(decisions.value);
  const paths = proposed.filter((path) => !next.has(path));
  earlier.value = [...earlier.value, { paths }];
  for (const path of paths) next.set(path, dropped);
  store(next);
}

/** Takes the last decision back. */
export function undo(): void {
  const last = earlier.value.at(-1);
  if (last === undefined) return;
  earlier.value = earlier.value.slice(0, -1);
  const next = new Map(decisions.value);
  for (const path of last.paths) {
    if (last.before === undefined) next.delete(path);
    else next.set(path, last.before);
  }
  store(next);
}

/** The decisions, to be sent. */
export function decided(): Decided {
  return decidedOf(decisions.value);
}

function store(next: Decisions): void {
  decisions.value = next;
  const now = key.value;
  if (now === undefined) return;
  writes.value++;
  nextTask()
    .then(() => keep(now, decidedOf(next)))
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
  kept<Decided>(now).then(
    (known) => {
      if (key.value === now && known !== undefined) decisions.value = decisionsOf(known);
    },
    (error) => fault.value = `Cannot read earlier decisions: ${error}`,
  );
}
