/** The browser's back and forward buttons go through the rooms that were shown. */
import { effect } from "@preact/signals";
import { summary } from "../state/session.ts";
import { rooms } from "./rooms.ts";
import { shown } from "./shown.ts";

/** Adds each room that is shown to the tab's history. */
export function keepHistory(): void {
  history.replaceState(shown.peek(), "");
  effect(() => {
    if (history.state !== shown.value) history.pushState(shown.value, "");
  });
  addEventListener("popstate", ({ state }) => {
    const { id } = rooms.find(({ id, needsData }) => id === state && !(needsData && !summary.peek())) ??
      rooms[0];
    history.replaceState(id, ""); // a room that shows nothing any more is not come back to
    shown.value = id;
  });
}
