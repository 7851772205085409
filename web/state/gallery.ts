/** Which images are listed, and which of them is looked at. */
import { effect, signal } from "@preact/signals";
import type { Query } from "../protocol/calls.ts";
import { call, phase, showFault, verdict } from "./session.ts";

export const query = signal<Query>({ sort: "order" });
/** Numbers of samples, in the order of the list. */
export const ids = signal<Uint32Array>(new Uint32Array());
/** The position in the list of the image that is looked at. */
export const cursor = signal(0);

/** What `query.among` are, in a few words. */
export const among = signal("");

/** A part of a query, in which undefined and "" take a filter away. */
export type Change = { readonly [Key in keyof Query]?: Query[Key] | undefined | "" };

/** Lists other images. */
export function ask(change: Change): void {
  const next = Object.entries({ ...query.value, ...change }).filter(([, value]) =>
    value !== undefined && value !== ""
  );
  query.value = Object.fromEntries(next) as unknown as Query;
}

/** Lists these samples in this order; `title` says what they are. */
export function listOnly(title: string, chosen: Uint32Array): void {
  among.value = title;
  cursor.value = 0;
  query.value = { sort: "order", among: chosen };
}

effect(() => {
  const asked = query.value;
  verdict.value; // findings and sizes come with it
  if (phase.value.at !== "open") return;
  call("list", asked).then((found) => {
    if (query.value !== asked) return;
    ids.value = found;
    cursor.value = Math.min(cursor.peek(), Math.max(0, found.length - 1));
  }, showFault);
});
