/** When what has a width of its own is laid out again. */
import { debounced, find } from "./dom.js";

/** The width of a printed page in pixels. */
const PAPER = 680;

/**
 * Calls `lay` when the window, the colours or the medium change: with the width of a printed page, or without one.
 * @returns a function that ends it
 */
export function onLayout(lay) {
  const ended = new AbortController(), options = { signal: ended.signal };
  addEventListener("resize", debounced(() => lay(), 120), options);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => lay(), options);
  addEventListener("beforeprint", () => {
    find(":root").classList.add("paper");
    lay(PAPER);
  }, options);
  addEventListener("afterprint", () => {
    find(":root").classList.remove("paper");
    lay();
  }, options);
  return () => ended.abort();
}
