/** The class names that the user has given to images, for giving them again. */
import { computed } from "@preact/signals";
import { decisions } from "./decisions.ts";
import { cursor, ids } from "./gallery.ts";

/** Each once, in the order in which they were first given. */
export const givenLabels = computed((): readonly string[] => [
  ...new Set([...decisions.value.values()].flatMap(({ label }) => label === undefined ? [] : [label])),
]);

/** Images that have one and are not dropped. */
export const labelledCount = computed(() =>
  [...decisions.value.values()].filter(({ label, isDropped }) => label !== undefined && !isDropped).length
);

/** To the next image. */
export function goOn(): void {
  cursor.value = Math.min(cursor.value + 1, Math.max(0, ids.value.length - 1));
}
