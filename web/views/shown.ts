/** The room that is shown, by its id. */
import { signal } from "@preact/signals";

export const shown = signal<
  "data" | "verdict" | "images" | "sees" | "learn" | "wrong" | "take" | "try" | "compare"
>(
  "data",
);
