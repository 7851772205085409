/**
 * SVG as a tree of elements. A child that is a string is text and is escaped; markup is made by {@link element} alone,
 * so nothing that a user named, such as a class called `<script>`, becomes part of a drawing's structure.
 */

/** Markup that is safe to put into a document. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What an element can hold; strings are text. */
export type Child = Markup | string | readonly Child[];

/** An attribute's value; undefined leaves it out, numbers are rounded to a hundredth. */
export type Attribute = string | number | undefined;

/** An element with its attributes and what it holds. */
export function element(
  name: string,
  attributes: Readonly<Record<string, Attribute>>,
  ...children: readonly Child[]
): Markup {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const start = name + given.map(([key, value]) => ` ${key}="${attribute(value!)}"`).join("");
  const inside = children.map(render).join("");
  return new Markup(inside === "" ? `<${start}/>` : `<${start}>${inside}</${name}>`);
}

/** A finished drawing. Its unit is a 96th of an inch, a pixel of CSS. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** A whole SVG document. */
  readonly svg: string;
}

/** Ties children into a document of this size on white; `font` names the family of its text. */
export function drawing(width: number, height: number, font: string, ...children: readonly Child[]): Drawing {
  const root = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${number(width)} ${number(height)}`,
      "font-family": `${font}, Helvetica, Arial, sans-serif`,
    },
    element("rect", { width, height, fill: "#ffffff" }),
    ...children,
  );
  return { width, height, svg: root.text };
}

/** Pixels in an inch: the unit of drawings. */
export const INCH = 96;

/** Text as it may stand between tags and in attributes; characters that XML forbids become U+FFFD. */
export function escapeText(text: string): string {
  return text.toWellFormed()
    // deno-lint-ignore no-control-regex
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

function render(child: Child): string {
  if (child instanceof Markup) return child.text;
  return typeof child === "string" ? escapeText(child) : child.map(render).join("");
}

function attribute(value: string | number): string {
  return typeof value === "number" ? number(value) : escapeText(value);
}

/** @throws RangeError for NaN and infinities, which no viewer draws */
function number(value: number): string {
  if (!Number.isFinite(value)) {
    throw new RangeError(`Cannot draw as a coordinate must be finite: current value is ${value}`);
  }
  return String(Math.round(value * 100) / 100);
}
