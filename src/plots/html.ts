/**
 * HTML as a tagged template: what stands in the template is markup, what is filled in is text and is escaped, also
 * within quoted attributes. Only {@link Markup} is filled in as it is.
 */
import { sha256 } from "../base/sha256.ts";
import { escapeText, Markup } from "./svg.ts";

/** What may be filled in. */
export type Filling = Markup | string | number | readonly Filling[];

/** A piece of a page. */
export function html(parts: TemplateStringsArray, ...fillings: readonly Filling[]): Markup {
  return new Markup(parts.map((part, i) => part + (i < fillings.length ? filled(fillings[i]) : "")).join(""));
}

function filled(filling: Filling): string {
  if (filling instanceof Markup) return filling.text;
  if (typeof filling === "object") return filling.map(filled).join("");
  return escapeText(String(filling));
}

/** A value as JSON that may stand in a script element, which ends at `</script` and changes at `<!--`. */
export function jsonIsland(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll("<", "\\u003c"));
}

/** An inlined style sheet or script as a content security policy lets it through. */
export async function policySource(text: string): Promise<string> {
  return `'sha256-${(await sha256(text)).toBase64()}'`;
}
