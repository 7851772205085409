/**
 * The frame of a page that opens from disk: no network, and no other files except those it links to. Its content
 * security policy allows only its own style sheets and scripts, by their hashes, and images in data URIs.
 */
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import uplot from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import { type Filling, html, jsonIsland, policySource } from "../html.ts";
import { Markup } from "../svg.ts";

/** What goes into the frame. */
export interface Framed {
  readonly title: string;
  readonly body: Filling;
  readonly style: string;
  /** Builds the interactive parts from the island. */
  readonly script: string;
  /** A value for the script, as JSON in the element `#report`. */
  readonly island: unknown;
}

/** The page as text. */
export async function framed({ title, body, style, script, island }: Framed): Promise<string> {
  const styles = [uplotStyle, style], scripts = [uplot, script];
  const [styleHashes, scriptHashes] = await Promise.all(
    [styles, scripts].map((texts) => Promise.all(texts.map(policySource))),
  );
  const policy = [
    "default-src 'none'",
    "img-src data:",
    `style-src ${styleHashes.join(" ")}`,
    `script-src ${scriptHashes.join(" ")}`,
    "require-trusted-types-for 'script'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return html`
    <!doctype html>
    <html lang="en">
      <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="referrer" content="no-referrer">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    <link rel="icon" href="data:,">
    ${styles.map((text) => html`<style>${new Markup(text)}</style>\n`)}</head>
      <body>
    ${body}
    <script type="application/json" id="report">${jsonIsland(island)}</script>
    ${scripts.map((text) => html`<script>${new Markup(text)}</script>\n`)}</body>
    </html>
  `.text;
}

/** A section with its title. */
export function section(id: string, title: string, ...inside: readonly Filling[]): Markup {
  return html`
    <section id="${id}"
      aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${inside}</section>
  `;
}

/** What stands at the end of each page. */
export function footer(written: string): Markup {
  return html`<footer>Written ${written} by wgrad. Nothing on this page comes from a network.</footer>`;
}

/** Links to the sections of a page. */
export function sectionLinks(links: readonly (readonly [id: string, name: string])[]): Markup {
  return html`
    <nav aria-label="Sections">
      <ul>${links.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul>
    </nav>
  `;
}
