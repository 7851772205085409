/** A comparison of runs as one page that opens from disk, which its script builds from a JSON island. */
import { html } from "../html.ts";
import type { Comparison } from "./comparison.ts";
import { footer, framed, sectionLinks } from "./frame.ts";
import { comparisonScript } from "./page_script.ts";
import { comparisonStyle } from "./page_style.ts";

/** Renders the page. */
export function htmlComparison(comparison: Comparison): Promise<string> {
  const { title, runs, curves, unfinished, written } = comparison;
  const counts = [
    `${runs.length} run${runs.length === 1 ? "" : "s"}`,
    ...(unfinished.length > 0 ? [`${unfinished.length} unfinished`] : []),
  ];
  const links: (readonly [string, string])[] = [
    ...(runs.length > 0 ? [["runs", "Runs"]] as const : []),
    ...(curves.length > 0 ? [["curves", "Curves"]] as const : []),
    ...(runs.length > 0 ? [["config", "Configuration"], ["confusion", "Confusion"]] as const : []),
    ...(unfinished.length > 0 ? [["unfinished", "Unfinished"]] as const : []),
  ];
  const body = html`
    <header>
      <h1>Comparison of runs</h1>
      <p class="status">${counts.join(", ")} <span class="folder">${title}</span></p>
    </header>
    ${sectionLinks(links)}
    <main id="comparison"></main>
    ${footer(written)}
  `;
  return framed({
    title: `${title}: comparison`,
    body,
    style: comparisonStyle,
    script: comparisonScript,
    island: comparison,
  });
}
