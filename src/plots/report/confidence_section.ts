/** The report's section on confidences: whether they are true, what they are worth, and each class's threshold. */
import { largest } from "../../base/lists.ts";
import { type Filling, html } from "../html.ts";
import type { Markup } from "../svg.ts";
import { section } from "./frame.ts";
import type { Calibrated, Coverage, CoverageRow, Reliability, Report, SplitResult } from "./report.ts";

/** The section, or nothing where no result has confidences. */
export function confidenceSection({ results, calibrated }: Report): Filling {
  const shown = results.filter(({ reliability }) => reliability !== undefined);
  if (shown.length === 0) return "";
  return section(
    "confidence",
    "Confidence",
    calibrated === undefined
      ? html`
        <p>
          These are the confidences as the network gives them. In a training, <code>callbacks.calibrate={}</code> fits
          a temperature, and finds from which confidence on each class is precise.
        </p>
      `
      : html`
        <p>${sentence(
          calibrated.text,
        )} Predictions are the same with it; all confidences on this page are calibrated.</p>
      `,
    html`<p class="hint">Blue: the share of right answers by confidence; on the dashed line they are the same.
          Grey: how many images are so sure.</p>`,
    shown.map(resultPart),
    calibrated === undefined ? "" : thresholdPart(calibrated),
  );
}

function sentence(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

function resultPart({ title, reliability, coverage }: SplitResult): Markup {
  const { before, after } = reliability!;
  return html`
    <h3>${title}</h3>
    <div class="reliability">
    ${diagram(before, after === undefined ? "Confidence and truth" : "As the network gives them")}
    ${after === undefined ? "" : diagram(after, "Calibrated")}
    ${coverage === undefined ? "" : coveragePart(coverage)}
    </div>
  `;
}

/** Sides in pixels: the plot, the histogram below it, and the room for the axes' numbers. */
const SIDE = 200, STRIP = 36, LEFT = 34, GAP = 8, BELOW = 20, TOP = 6;

/** Accuracy by confidence, with the diagonal on which they are the same, and how many images each bin has. */
function diagram({ ece, bins }: Reliability, title: string): Markup {
  const most = largest(bins.map(({ images }) => images), 1), width = SIDE / bins.length;
  const x = (share: number) => LEFT + share * SIDE, y = (share: number) => TOP + (1 - share) * SIDE;
  const bottom = y(0) + GAP + STRIP, height = bottom + BELOW;
  const said = ece === null ? "no images" : `calibration error ${percent(ece)}`;
  const bars = bins.map(({ images, accuracy }, i) => {
    if (images === 0 || accuracy === null) return "";
    const strip = images / most * STRIP, at = x(i / bins.length) + .5;
    return html`
      <g>
        <title>${percent(i / bins.length)} to ${percent(
          (i + 1) / bins.length,
        )} sure: ${images} images, ${percent(accuracy)} right</title>
        <rect class="right" x="${at}" y="${y(accuracy)}" width="${width - 1}" height="${y(0) -
          y(accuracy)}" />
        <rect class="images" x="${at}" y="${bottom - strip}" width="${width - 1}" height="${strip}" />
      </g>
    `;
  });
  const ticks = [0, .5, 1].map((share) =>
    html`
      <line class="grid" x1="${x(0)}" x2="${x(1)}" y1="${y(share)}" y2="${y(share)}" />
      <text x="${LEFT - 5}" y="${y(share) + 4}" text-anchor="end">${share}</text>
      <text x="${x(share)}" y="${bottom + 14}" text-anchor="middle">${share}</text>
    `
  );
  return html`
    <div class="part">
      <h4>${title}: <b>${said}</b></h4>
      <svg viewBox="0 0 ${LEFT + SIDE + 10} ${height}" width="${LEFT + SIDE +
        10}" height="${height}" role="img"
        aria-label="${title}: accuracy by confidence, ${said}">
      ${ticks}${bars}
      <line class="diagonal" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>
      </svg>
    </div>
  `;
}

function coveragePart({ at_coverage, at_accuracy, aurc }: Coverage): Markup {
  const row = ({ coverage, accuracy, confidence }: CoverageRow, said: string) =>
    html`
      <tr>
        <th scope="row">${percent(coverage)}</th>
        <td>${percent(accuracy)}</td>
        <td>${percent(confidence)}</td>
        <td class="said">${said}</td>
      </tr>
    `;
  return html`
    <div class="part">
      <h4>If only the surest are answered</h4>
      <table class="coverage">
        <thead>
          <tr>
            <th scope="col">answered</th>
            <th scope="col">right</th>
            <th scope="col">confidence</th>
            <td></td>
          </tr>
        </thead>
        <tbody>${at_coverage.map((one) => row(one, ""))}${at_accuracy.map((one) =>
          row(
            one,
            one.accuracy === null
              ? `never ${percent(one.wanted)} right`
              : `the most with ${percent(one.wanted)} right`,
          )
        )}</tbody>
      </table>
      <p class="hint">Confidence: the least of an answer.${aurc === null
        ? ""
        : ` Area under the risk-coverage curve: ${aurc.toFixed(4)}.`}</p>
    </div>
  `;
}

function thresholdPart({ minPrecision, notes }: Calibrated): Markup {
  return html`
    <h3>Thresholds</h3>
    <p>From which confidence on at least ${percent(
      minPrecision,
    )} of the answers with a class are right in validation, and
      the recall that is left. <code>predict --min-confidence auto</code> answers unknown below it.</p>
    ${notes.length === 0 ? "" : html`<ul>${notes.map((note) => html`<li>${sentence(note)}</li>`)}</ul>`}
    <div class="threshold-table"></div>
  `;
}

function percent(share: number | null): string {
  return share === null ? "–" : `${Number((100 * share).toFixed(1))} %`;
}
