/** Which images are listed, and which of them is looked at. */
import { effect, signal } from "@preact/signals";
import type { Query } from "../protocol/calls.ts";
import { call, fault, phase, verdict } from "./session.ts";

export const query = signal<Query>({ sort: "order" });
/** Numbers of samples, in the order of the list. */
export const ids = signal<Uint32Array>(new Uint32Array());
/** The position in the list of the image that is looked at. */
export const cursor = signal(0);

/** Lists other images. */
export function ask(change: Partial<Record<keyof Query, string | undefined>>): void {
  const next = Object.entries({ ...query.value, ...change }).filter(([, value]) =>
    value !== undefined && value !== ""
  );
  query.value = Object.fromEntries(next) as unknown as Query;
}

effect(() => {
  const asked = query.value;
  verdict.value; // findings and sizes come with it
  if (phase.value.at !== "open") return;
  call("list", asked).then((found) => {
    if (query.value !== asked) return;
    ids.value = found;
    cursor.value = Math.min(cursor.peek(), Math.max(0, found.length - 1));
  }, (error) => fault.value = String(error));
});
