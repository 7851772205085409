import { assert, assertEquals, assertMatch } from "@std/assert";
import { htmlReport } from "../../../src/plots/report/html_report.ts";
import { html, jsonIsland } from "../../../src/plots/html.ts";
import type { Report } from "../../../src/plots/report/report.ts";

const evil = `</script><script>alert("1")</script><!-- ' & `;
const report: Report = {
  looks: undefined,
  rates: undefined,
  title: evil,
  folder: evil,
  status: evil,
  isOver: false,
  environment: [[evil, evil]],
  overrides: [evil],
  config: [["a", evil], [`b.${evil}`, "1"]],
  health: [{ severity: "error", title: evil, advice: evil, items: [evil], count: 3 }],
  classes: [evil, "b"],
  splits: [{ name: evil, counts: [1, 2] }],
  curves: [],
  results: [],
  files: [{ path: evil, href: encodeURIComponent(evil), bytes: 2048 }],
  written: evil,
};

Deno.test("the report allows its own styles and scripts by their hashes, and images in data URIs", async () => {
  const page = await htmlReport(report);
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1].replaceAll("&#39;", "'");
  const hashes = async (pattern: RegExp) =>
    await Promise.all([...page.matchAll(pattern)].map(async ([, text]) => {
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
      return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`;
    }));
  const scripts = await hashes(/<script>([^]*?)<\/script>/g),
    styles = await hashes(/<style>([^]*?)<\/style>/g);
  assertEquals([scripts.length, styles.length], [2, 2]);
  assertEquals(policy.split("; "), [
    "default-src 'none'",
    "img-src data:",
    `style-src ${styles.join(" ")}`,
    `script-src ${scripts.join(" ")}`,
    "require-trusted-types-for 'script'",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  assert(!/https?:\/\/(?!github\.com\/leeoniya\/uPlot)/.test(page), "there is an address on the page");
});

Deno.test("the report's texts are texts wherever they stand, and its JSON reads back", async () => {
  const page = await htmlReport(report);
  assertEquals(page.split("<script").length - 1, 3);
  assert(!page.includes("<!--"));
  const [, island] = /<script type="application\/json" id="report">([^]*?)<\/script>/.exec(page)!;
  assertEquals(JSON.parse(island).classes, report.classes);
  assertMatch(page, /<li>and 2 more<\/li>/);
});

Deno.test("the report shows whether confidences are true, before and after, and each class's threshold", async () => {
  const bins = [{ images: 0, accuracy: null }, { images: 7, accuracy: .5 }];
  const row = { wanted: .9, coverage: .4, accuracy: .925, confidence: .61 };
  const never = { wanted: .99, coverage: 0, accuracy: null, confidence: null };
  const result = {
    split: "test",
    title: "Test",
    samples: 7,
    loss: 1,
    top1: .5,
    top5: null,
    f1: null,
    auroc: null,
    ece: .25,
    cells: [],
    classes: [],
    pictures: [],
    spread: [],
    coverage: { aurc: .125, at_coverage: [row], at_accuracy: [never] },
  } as const;
  const before = { ece: .25, bins }, after = { ece: .0625, bins };
  const calibrated = {
    text: `temperature 2 ${evil}`,
    notes: [evil],
    minPrecision: .95,
    thresholds: [
      { threshold: .5, precision: .96, recall: .9, answers: 3 },
      { threshold: null, precision: null, recall: null, answers: null },
    ],
  };
  const both = await htmlReport({
    ...report,
    results: [{ ...result, reliability: { before, after } }],
    calibrated,
  });
  const [, section] = /<section\s+id="confidence"([^]*?)<\/section>/.exec(both)!;
  assertEquals(section.match(/calibration error (25|6.3) %<\/b>/g)?.length, 2);
  assertEquals(section.match(/class="right"/g)?.length, 2);
  assertMatch(section, /the most with|never 99 % right/);
  assert(!section.includes("<script"));
  const [, island] = /<script type="application\/json" id="report">([^]*?)<\/script>/.exec(both)!;
  assertEquals(JSON.parse(island).thresholds, calibrated.thresholds);
  const raw = await htmlReport({ ...report, results: [{ ...result, reliability: { before } }] });
  assertMatch(raw, /<code>callbacks\.calibrate=\{\}<\/code>/);
  assert(!(await htmlReport({ ...report, results: [result] })).includes('id="confidence"'));
});

Deno.test("html`` escapes what is filled in, but for markup; an island has no < in it", () => {
  assertEquals(
    html`<a b="${`"'<`}">${["&", html`<i>${1}</i>`]}</a>`.text,
    `<a b="&quot;&#39;&lt;">&amp;<i>1</i></a>`,
  );
  assertEquals(jsonIsland({ a: "</script>" }).text, '{"a":"\\u003c/script>"}');
});
