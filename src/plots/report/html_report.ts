/**
 * A run's report as one page that opens from disk. The interactive parts (curves, confusion matrix, tables, images) are
 * built by its script from a JSON island.
 */
import { Markup } from "../svg.ts";
import { type Filling, html } from "../html.ts";
import { confidenceSection } from "./confidence_section.ts";
import { footer, framed, section, sectionLinks } from "./frame.ts";
import { pageStyle } from "./page_style.ts";
import { reportScript } from "./page_script.ts";
import type { HealthFinding, Report, ReportFile, SplitResult } from "./report.ts";

/** Renders the page. */
export function htmlReport(report: Report): Promise<string> {
  const { title, classes, splits, curves, results, calibrated, written } = report;
  const body = html`
    ${header(report)}
    <main>
    ${curveSection(report)}
    ${ratesSection(report)}
    ${resultSections(report)}
    ${confidenceSection(report)}
    ${looksSection(report)}
    ${dataSection(report)}
    ${configSection(report)}
    ${environmentSection(report)}
    ${fileSection(report)}
    </main>
    ${footer(written)}
  `;
  return framed({
    title: `${title}: report`,
    body,
    style: pageStyle,
    script: reportScript,
    island: { classes, splits, curves, results, thresholds: calibrated?.thresholds ?? [] },
  });
}

function header({ title, folder, status, isOver, results, curves, looks, rates }: Report): Markup {
  const hasCurves = curves.length > 0 || !isOver;
  const best = results.at(-1);
  const links = [
    ...(hasCurves ? [["curves", "Curves"] as const] : []),
    ...(rates === undefined ? [] : [["rates", "Learning rates"] as const]),
    ...(results.length > 0
      ? [
        ["confusion", "Confusion"] as const,
        ["classes", "Classes"] as const,
        ["mistakes", "Mistakes"] as const,
        ["samples", "Samples"] as const,
      ]
      : []),
    ...(results.some(({ reliability }) => reliability) ? [["confidence", "Confidence"] as const] : []),
    ...(looks === undefined ? [] : [["looks", "What it looks at"] as const]),
    ["data", "Data"] as const,
    ["config", "Configuration"] as const,
    ["environment", "Environment"] as const,
    ["files", "Files"] as const,
  ];
  return html`
    <header>
    <h1>${title}</h1>
    <p class="status ${isOver ? "over" : "under-way"}">${status} <span class="folder">${folder}</span></p>
    ${results.length > 0 ? tiles(results) : ""}
    ${best ? html`<p class="note">${notes(results)}</p>` : ""}
    </header>
    ${sectionLinks(links)}
  `;
}

/** The headline metrics: top-1 of each split, the rest for the last split. */
function tiles(results: readonly SplitResult[]): Markup {
  const last = results[results.length - 1];
  const name = { valid: "validation", test: "test" };
  const shown: [value: string, label: string][] = [
    ...results.map(({ split, top1 }): [string, string] => [percent(top1), `${name[split]} top-1`]),
    ...(last.top5 === null ? [] : [[percent(last.top5), `${name[last.split]} top-5`] as [string, string]]),
    [figure(last.f1), `${name[last.split]} macro F1`],
    [figure(last.auroc), `${name[last.split]} macro AUROC`],
    last.reliability?.after === undefined ? [figure(last.ece), `${name[last.split]} calibration error`] : [
      figure(last.reliability.after.ece),
      `${name[last.split]} calibration error (${figure(last.ece)} before)`,
    ],
    [figure(last.loss), `${name[last.split]} loss`],
  ];
  return html`<ul class="tiles">${
    shown.map(([value, label]) => html`<li><b>${value}</b><span>${label}</span></li>`)
  }</ul>`;
}

function notes(results: readonly SplitResult[]): string {
  return results.map(({ title, samples }) => `${title}: ${samples.toLocaleString("en")} images`).join("; ");
}

function percent(share: number | null): string {
  return share === null ? "–" : `${(100 * share).toFixed(1)} %`;
}

function figure(value: number | null): string {
  return value === null ? "–" : value.toFixed(3);
}

function curveSection({ curves, isOver }: Report): Filling {
  if (curves.length === 0 && isOver) return "";
  if (curves.length === 0) return section("curves", "Curves", html`<p>Nothing has been logged yet.</p>`);
  return section(
    "curves",
    "Curves",
    html`
      <p
        class="hint">Drag to zoom, double-click to reset. With a chart in focus: + and - zoom, arrows move, 0 resets. Epochs are numbered from 0; what was logged during one is before its number.</p>
      <div class="charts"></div>
    `,
  );
}

function ratesSection({ rates }: Report): Filling {
  if (rates === undefined) return "";
  return section(
    "rates",
    "Learning rates",
    html`
      <p class="hint">The loss while the learning rate rises from step to step, and where it falls fastest.</p>
      <img class="looks" src="data:image/png;base64,${rates}" alt="The loss by learning rate">
    `,
  );
}

function resultSections({ results, rates }: Report): Filling {
  if (results.length === 0 && rates !== undefined) return "";
  if (results.length === 0) {
    return section(
      "confusion",
      "Results",
      html`<p>No predictions were saved: the <code>report</code> callback saves them after each validation.</p>`,
    );
  }
  const choice = results.length < 2
    ? ""
    : html`<fieldset class="splits"><legend>Results of</legend>${
      results.map(({ split, title }, i) =>
        html`<label><input type="radio" name="split" value="${split}"${new Markup(
          i === results.length - 1 ? " checked" : "",
        )}> ${title}</label>`
      )
    }</fieldset>`;
  return [
    choice,
    section("confusion", "Confusion matrix", html`<div class="matrix"></div>`),
    section("classes", "Classes", html`<div class="class-table"></div>`),
    section("mistakes", "Most confident mistakes", html`<div class="gallery"></div>`),
    section("samples", "Samples from across the split", html`<div class="gallery"></div>`),
  ];
}

function looksSection({ looks }: Report): Filling {
  if (looks === undefined) return "";
  return section(
    "looks",
    "What it looks at",
    html`
      <p
        class="hint">Each image, and beside it what speaks for the class that the model of epoch ${looks
          .epoch} predicts (GradCAM): the brighter, the more.</p>
      <img
        class="looks" src="data:image/png;base64,${looks.png}"
        alt="Samples, each beside a view with heat over what the model looks at">
    `,
  );
}

function dataSection({ splits, health }: Report): Markup {
  const totals = splits.map(({ name, counts }) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return `${name} ${total.toLocaleString("en")}`;
  });
  return section(
    "data",
    "Data",
    html`<h3>Health</h3>`,
    healthPart(health),
    html`<h3>Images of each class</h3>`,
    splits.length > 0
      ? html`
        <p>${totals.join(", ")}</p>
        <div class="count-table"></div>
      `
      : html`<p>Not counted in this run.</p>`,
  );
}

function healthPart(health: Report["health"]): Markup {
  if (!health) {
    return html`<p>The dataset's health was not checked in this run; <code>deno task stats</code> checks it.</p>`;
  }
  if (health.length === 0) {
    return html`<p>No problems found. <code>deno task stats</code> checks more thoroughly.</p>`;
  }
  const item = ({ severity, title, advice, items, count }: HealthFinding) =>
    html`
      <li
        class="${severity}"><b>${severity}</b> ${title}${count > 1
          ? ` (${count})`
          : ""}. <span class="hint">${advice}</span><ul>${items.map((line) =>
            html`<li>${line}</li>`
          )}${count > items.length ? html`<li>and ${count - items.length} more</li>` : ""}</ul></li>
    `;
  return html`<ul class="health">${health.map(item)}</ul>`;
}

/** Groups of keys that can be collapsed; keys set on the command line are marked. */
function configSection({ config, overrides }: Report): Markup {
  const given = new Set(overrides.map((line) => line.replace(/^[+~]*/, "").split("=")[0]));
  const groups = Map.groupBy(config, ([key]) => key.includes(".") ? key.split(".")[0] : "");
  const row = ([key, value]: readonly [string, string]) =>
    html`
      <tr${new Markup(given.has(key) ? ' class="given"' : "")}>
        <th scope="row">${key}</th>
        <td>${value}</td>
        </tr>
    `;
  return section(
    "config",
    "Configuration",
    overrides.length > 0
      ? html`<p>Given on the command line: ${
        overrides.map((line) =>
          html`
            <code class="override">${line}</code>
          `
        )
      }</p>`
      : "",
    html`
      <label
        class="search">Search <input type="search" id="config-search" autocomplete="off" spellcheck="false"></label>
      <p id="config-count" class="hint" role="status"></p>
    `,
    [...groups].map(([name, rows]) =>
      html`
        <details${new Markup(name === "" ? " open" : "")}>
          <summary>${name === "" ? "run" : name} <span class="hint">${rows.length}</span></summary>
          <table class="keys">${rows.map(row)}</table>
          </details>
      `
    ),
  );
}

function environmentSection({ environment }: Report): Markup {
  const rows = environment.map(([name, value]) =>
    html`
      <tr>
        <th scope="row">${name}</th>
        <td>${value}</td>
      </tr>
    `
  );
  return section("environment", "Environment", html`<table class="keys">${rows}</table>`);
}

function fileSection({ files }: Report): Markup {
  const row = ({ path, href, bytes }: ReportFile) =>
    html`
      <tr>
        <td>${href === undefined ? path : html`<a href="${href}" download>${path}</a>`}</td>
        <td class="number">${bytes === undefined ? "" : sizeText(bytes)}</td>
      </tr>
    `;
  const table = (of: readonly ReportFile[]) => html`<table class="files">${of.map(row)}</table>`;
  const isOfEpoch = ({ path }: ReportFile) => /^epoch_\d+\//.test(path);
  const epochs = files.filter(isOfEpoch);
  return section(
    "files",
    "Files",
    table(files.filter((file) => !isOfEpoch(file))),
    epochs.length > 0
      ? html`<details><summary>Images by epoch <span class="hint">${epochs.length}</span></summary>${
        table(epochs)
      }</details>`
      : "",
  );
}

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
