/**
 * The report as one page with images: no script, no network, no other files. Its content security policy allows only
 * images in data URIs and this style sheet. An image is enlarged where it is.
 */
import {
  countFindings,
  type Finding,
  type FoundFile,
  type HealthReport,
  type Kind,
  KINDS,
  SEVERITIES,
  type Severity,
} from "../../data/health/types.ts";
import { counted, imbalanceText } from "../../data/words.ts";
import { html, policySource } from "../../plots/html.ts";
import { Markup } from "../../plots/svg.ts";
import { batchSection } from "./batch_section.ts";
import type { FirstBatch } from "./first_batch.ts";
import { filterBar, filterRules, filtersOf } from "./filters.ts";
import { style as ownStyle } from "./page_style.ts";
import { SHOWN_FILES, SHOWN_GROUPS } from "../../data/health/thumbnails.ts";

/** Maximum lines of paths below the images of a finding; --json lists all. */
const MOST_LINES = 2000;
/** Length of the longest bar, in units of its drawing. */
const BAR = 100;

/** What images show: data URIs by path, and the classes' numbers by their names. */
interface Shown {
  readonly pictures: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, number>;
}

/** What the page shows besides the report. */
export interface PageImages {
  /** Data URIs by path. */
  readonly pictures: ReadonlyMap<string, string>;
  readonly batch?: FirstBatch | undefined;
}

/** The page. */
export async function page(
  report: HealthReport,
  { pictures, batch }: PageImages,
  now: Date,
): Promise<string> {
  const { root, classes, findings } = report, filters = filtersOf(report);
  const style = ownStyle + filterRules(filters);
  const shown = { pictures, labels: new Map(classes.map((name, label) => [name, label])) };
  const sections = (is: (severity: Severity) => boolean) =>
    findings.filter(({ kind }) => is(KINDS[kind].severity)).map((finding) => section(finding, shown));
  const policy =
    `default-src 'none'; img-src data:; style-src ${await policySource(style)}; base-uri 'none'; ` +
    `form-action 'none'`;
  const body = html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${policy}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <title>Dataset health: ${root}</title>
        <style>${new Markup(style)}</style>
      </head>
      <body>
        <header>
          <h1>Dataset health</h1>
          <p class="root">${root}</p>
          <p class="when">Checked ${now.toISOString().slice(0, 16).replace(
            "T",
            " ",
          )} UTC by <code>deno task stats</code></p>
        </header>
        <main>
    ${tiles(report)}
    ${contents(findings)}
    ${filterBar(filters, classes)}
    ${sections((severity) => severity !== "info")}
    ${counts(report)}
    ${batch === undefined ? [] : batchSection(batch)}
    ${sections((severity) => severity === "info")}
    ${notes(report)}
        </main>
      </body>
    </html>
  `;
  return body.text.trimStart();
}

function tiles({ classes, files, splits, findings }: HealthReport): Markup {
  const found = countFindings(findings);
  const tile = (value: string, label: string, look = "") =>
    html`<li class="${look}"><b>${value}</b><span>${label}</span></li>`;
  const total = (counts: Uint32Array) => counts.reduce((sum, count) => sum + count, 0).toLocaleString("en");
  const label = { error: "error", warning: "warning", info: "info" };
  return html`<ul class="tiles">${[
    tile(files.toLocaleString("en"), "files"),
    tile(String(classes.length), "classes"),
    ...splits.map(({ split, counts }) => tile(total(counts), split)),
    ...SEVERITIES.map((severity) =>
      tile(
        String(found[severity]),
        severity === "info" || found[severity] === 1 ? label[severity] : `${severity}s`,
        found[severity] > 0 ? severity : "none",
      )
    ),
  ]}</ul>`;
}

function contents(findings: readonly Finding[]): Markup {
  const links = findings.map(({ kind, groups, classes }) =>
    html`<li class="${KINDS[kind].severity}"><a href="#${kind}">${KINDS[kind].title}</a> <span>${
      groups.length + classes.length
    }</span></li>`
  );
  const healthy = html`<p class="healthy">No problems found: this dataset looks healthy.</p>`;
  return html`
    ${findings.length === 0 ? healthy : []}<nav aria-label="Sections">
      <ol>${links}<li><a href="#counts">Images by class and split</a></li></ol>
    </nav>
  `;
}

function section(finding: Finding, shown: Shown): Markup {
  const { kind, groups, classes } = finding;
  const { severity, title, advice } = KINDS[kind];
  const isSingle = groups.every((group) => group.length === 1);
  return html`
    <section id="${kind}" class="${severity}">
    <h2><span class="badge">${severity}</span> ${title} <small>${sizeOf(finding)}</small></h2>
    <p>${advice}</p>
    ${classes.length > 0 ? classTable(finding) : []}
    ${groups.length === 0
      ? []
      : kind === "unreadable"
      ? pathList(groups, groups.length)
      : html`<div class="${isSingle ? "singles" : "groups"}">${
        groups.slice(0, SHOWN_GROUPS).map((group) => groupBox(group, shown, kind))
      }</div>`}
    ${rest(kind, groups)}
    </section>
  `;
}

function sizeOf({ groups, classes }: Finding): string {
  const files = groups.flat().length;
  if (groups.length === 0) return counted(classes.length, "class");
  return groups.length < files
    ? `${counted(groups.length, "group")} of ${counted(files, "file")}`
    : counted(files, "file");
}

function classTable({ classes }: Finding): Markup {
  return html`<ul class="classes">${
    classes.map(({ className, note }) => html`<li><b>${className}</b>${note === "" ? "" : ` ${note}`}</li>`)
  }</ul>`;
}

function groupBox(group: readonly FoundFile[], shown: Shown, kind: Kind): Markup {
  const files = group.slice(0, SHOWN_FILES), more = group.length - files.length;
  return html`<div class="group">${files.map((file) => figure(file, shown, kind))}${
    more > 0 ? html`<p class="more">and ${more} more</p>` : []
  }</div>`;
}

function figure(file: FoundFile, { pictures, labels }: Shown, kind: Kind): Markup {
  const { path, split, className, note = "" } = file;
  const uri = pictures.get(path);
  const image = uri === undefined ? html`<div class="no-picture">no image</div>` : html`
    <details>
      <summary><img src="${uri}" alt="${path}" decoding="async"></summary>
    </details>
  `;
  // Emphasises what distinguishes the files of a group: the label, or the split.
  const strong = kind.startsWith("leak") ? "split" : "label";
  return html`
    <figure
      class="${strong}" data-label="${labels.get(className) ?? ""}"
      data-split="${split}">${image}<figcaption><span class="class">${className}</span> <span class="split">${split}</span>${note ===
          ""
        ? ""
        : html`<span class="note">${note}</span>`}<code>${path}</code></figcaption></figure>
  `;
}

/** The paths of files without an image on the page. */
function rest(kind: Kind, groups: Finding["groups"]): Markup {
  const left = kind === "unreadable" ? [] : groups.slice(SHOWN_GROUPS);
  if (left.length === 0) return html``;
  const noun = groups.every((group) => group.length === 1) ? "file" : "group";
  return html`<details class="rest"><summary>and ${counted(left.length, noun)} more</summary>${
    pathList(left, Math.min(left.length, MOST_LINES))
  }</details>`;
}

function pathList(groups: Finding["groups"], most: number): Markup {
  const lines = groups.slice(0, most).map((group) =>
    html`<li>${
      group.map(({ path, note = "" }) =>
        html`
          <code>${path}</code>${note === "" ? "" : html`
            <span class="note">${note}</span>
          `}
        `
      )
    }</li>`
  );
  const more = groups.length - most;
  return html`<ul class="paths">${lines}</ul>${more > 0 ? html`<p>and ${more} more, in --json</p>` : []}`;
}

/** Images by split and class, with a bar for each relative to its split's largest class. */
function counts({ classes, splits, imbalance }: HealthReport): Markup {
  const most = splits.map(({ counts }) => counts.reduce((largest, count) => Math.max(largest, count), 1));
  const bar = (count: number, i: number) =>
    html`
      <svg viewBox="0 0 ${BAR} 10" preserveAspectRatio="none" class="bar ${splits[i]
        .split}" aria-hidden="true">
        <rect width="${count === 0 ? 0 : Math.max(1, BAR * count / most[i])}" height="10" />
      </svg>
    `;
  const row = (name: string, label: number) =>
    html`<tr><th scope="row" title="${name}">${name}</th>${
      splits.map(({ counts }, i) =>
        html`
          <td class="count${counts[label] === 0 ? " zero" : ""}">${counts[label]}</td>
          <td class="bars">${bar(counts[label], i)}</td>
        `
      )
    }</tr>`;
  const widths = html`<colgroup><col class="name">${
    splits.map(() =>
      html`
        <col class="n">
        <col>
      `
    )
  }</colgroup>`;
  const heading = html`
    <thead>
      <tr><th scope="col">class</th>${splits.map(({ split }) => html`<th colspan="2">${split}</th>`)}</tr>
    </thead>
  `;
  const columns = classes.length <= 12 ? 1 : classes.length <= 60 ? 2 : 3;
  const height = Math.ceil(classes.length / columns);
  const tables = Array.from(
    { length: columns },
    (_, c) =>
      html`<table>${widths}${heading}<tbody>${
        classes.slice(c * height, (c + 1) * height).map((name, i) => row(name, c * height + i))
      }</tbody></table>`,
  );
  return html`
    <section id="counts">
      <h2>Images by class and split</h2>
      <p>${imbalanceText(imbalance)} Bars are drawn against the largest class of their split.</p>
      <div class="counts of-${columns}">${tables}</div>
    </section>
  `;
}

/** Files listed for each reason for which files are not used. */
const LISTED = 20;

function notes({ understood, notes, ignored }: HealthReport): Markup {
  const reasons = [...Map.groupBy(ignored, ({ reason }) => reason)].map(([reason, files]) => {
    const shown = files.slice(0, LISTED).map(({ path }) => path).join(", ");
    return `Not used, ${reason}: ${shown}${
      files.length > LISTED ? `, and ${files.length - LISTED} more` : ""
    }`;
  });
  return html`
    <section id="notes">
      <h2>How the files were read</h2>
      <ul>${[`Read as ${understood || "a drawn dataset"}`, ...notes, ...reasons].map((note) =>
        html`<li>${note}</li>`
      )}</ul>
    </section>
  `;
}
