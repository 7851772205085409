/** The filters of the page's images. They are rules of its style sheet, so it needs no script. */
import { type HealthReport } from "../../data/health/types.ts";
import { SHOWN_FILES, SHOWN_GROUPS } from "../../data/health/thumbnails.ts";
import { type Split, SPLITS } from "../../data/types.ts";
import { html } from "../../plots/html.ts";
import type { Markup } from "../../plots/svg.ts";

/** The classes by number, and the splits, that images of the page are of. */
export interface Filters {
  readonly label: readonly number[];
  readonly split: readonly Split[];
}

/** What there is to choose from. */
export function filtersOf({ classes, findings }: HealthReport): Filters {
  const shown = findings.flatMap(({ kind, groups }) =>
    kind === "unreadable" ? [] : groups.slice(0, SHOWN_GROUPS).flatMap((group) => group.slice(0, SHOWN_FILES))
  );
  const names = new Set(shown.map(({ className }) => className)),
    splits = new Set(shown.map(({ split }) => split));
  return {
    label: [...classes.keys()].filter((label) => names.has(classes[label])),
    split: SPLITS.filter((split) => splits.has(split)),
  };
}

/** The rules: where a value is chosen, groups without an image of it are not shown. */
export function filterRules(filters: Filters): string {
  return (["label", "split"] as const).flatMap((name) =>
    filters[name].map((value) =>
      `body:has(#of-${name} [value="${value}"]:checked) .group:not(:has([data-${name}="${value}"])) { display: none; }\n`
    )
  ).join("");
}

/** The lists to choose from; nothing where no images are shown. */
export function filterBar({ label, split }: Filters, classes: readonly string[]): Markup {
  if (label.length === 0) return html``;
  return html`
    <div class="filters" role="group" aria-label="Images to show">
      <label>Class <select id="of-label"><option value="">all</option>${label.map((label) =>
        html`<option value="${label}">${classes[label]}</option>`
      )}</select></label>
      <label>Split <select id="of-split"><option value="">all</option>${split.map((name) =>
        html`<option value="${name}">${name}</option>`
      )}</select></label>
    </div>
  `;
}
