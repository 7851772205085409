/**
 * SVG as a tree of elements. A string child is text and is escaped; only {@link element} creates markup, so
 * user-defined names, such as a class called `<script>`, never become part of a drawing's structure.
 */

/** Markup that is safe to insert into a document. */
export class Markup {
  constructor(readonly text: string) {}
}

/** The children of an element; strings are text. */
export type Child = Markup | string | readonly Child[];

/** An attribute's value; undefined omits it, numbers are rounded to a hundredth. */
export type Attribute = string | number | undefined;

/** An element with its attributes and children. */
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

/** A finished drawing. Its unit is 1/96 of an inch, a CSS pixel. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** A complete SVG document. */
  readonly svg: string;
}

/** Combines children into a document of this size on white; `font` is the family of its text. */
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

/** Text that is safe between tags and in attributes; characters that XML forbids become U+FFFD. */
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

/** @throws RangeError for NaN and infinities, which no viewer can draw */
function number(value: number): string {
  if (!Number.isFinite(value)) {
    throw new RangeError(`Cannot draw: coordinates must be finite, current value is ${value}`);
  }
  return String(Math.round(value * 100) / 100);
}
