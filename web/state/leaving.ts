/** Has the browser ask before the tab is left while it holds what would be lost. */
import { effect } from "@preact/signals";
import { inProgress } from "./session.ts";
import { unsavedShots } from "./shots.ts";

const ask = (event: BeforeUnloadEvent) => event.preventDefault();

/** Asks as long as a training is in progress, or the camera has taken images that were not saved. */
export function askBeforeLeaving(): void {
  effect(() => {
    if (inProgress.value !== undefined || unsavedShots.value) addEventListener("beforeunload", ask);
    else removeEventListener("beforeunload", ask);
  });
}
