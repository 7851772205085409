/** Whether the system's colours are dark, for what is drawn in colours of its own and has to be drawn again. */
import { signal } from "@preact/signals";

const dark = matchMedia("(prefers-color-scheme: dark)");

export const isDark = signal(dark.matches);

dark.addEventListener("change", ({ matches }) => isDark.value = matches);
