/**
 * HTML as a tagged template: the template is markup; interpolated values are text and are escaped, also within quoted
 * attributes. Only {@link Markup} is inserted as is.
 */
import { sha256 } from "../base/sha256.ts";
import { escapeText, Markup } from "./svg.ts";

/** What may be interpolated. */
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

/** A value as JSON that is safe in a script element, which `</script` would end and `<!--` would change. */
export function jsonIsland(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll("<", "\\u003c"));
}

/** The content security policy source of an inline style sheet or script. */
export async function policySource(text: string): Promise<string> {
  return `'sha256-${(await sha256(text)).toBase64()}'`;
}
