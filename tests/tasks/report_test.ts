import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { denoHost } from "../../src/host/deno.ts";
import { report } from "../../src/tasks/report.ts";
import { sweepTexts } from "../train/report/sample_comparison.ts";
import { classNames, sampleRun } from "../train/report/sample_run.ts";

const host = denoHost();

Deno.test("report writes the page of a run from its folder", async () => {
  const folder = await Deno.makeTempDir({ prefix: "wgrad_report_" });
  try {
    const files = await sampleRun({ classes: classNames(5), samples: 40, epochs: 2, pictures: 9, side: 8 });
    for (const [path, text] of files) {
      await host.writeAtomic(`${folder}/${path}`, new TextEncoder().encode(text));
    }
    const printed: string[] = [];
    await report({ ...host, print: (line) => void printed.push(line) }, [`${folder}/`]);
    assertEquals(printed, [`report  ${folder}/report.html (0.1 MiB)`]);
    const page = await Deno.readTextFile(`${folder}/report.html`);
    assert(page.includes('<a href="metrics.jsonl" download>metrics.jsonl</a>'));
    await Deno.remove(`${folder}/run.json`);
    await assertRejects(() => report(host, [folder]), ConfigError, "it has no run.json");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  await assertRejects(() => report(host, []), ConfigError, "no run given");
});

Deno.test("report compares the runs below a folder, or those that are given", async () => {
  const folder = await Deno.makeTempDir({ prefix: "wgrad_report_" });
  try {
    const texts = sweepTexts({ runs: 3, classes: classNames(5), samples: 40, epochs: 2 });
    for (const [path, text] of texts) {
      await host.writeAtomic(`${folder}/sweep/${path}`, new TextEncoder().encode(text));
    }
    const printed: string[] = [];
    const quiet = { ...host, print: (line: string) => void printed.push(line) };
    await report(quiet, [`${folder}/sweep`]);
    await report(quiet, [`${folder}/sweep/0`, `${folder}/sweep/2/`, "--compare", `${folder}/two.html`]);
    assertEquals(printed, [
      `compare ${folder}/sweep/comparison.html (0.1 MiB)`,
      `compare ${folder}/two.html (0.1 MiB)`,
    ]);
    const islandOf = async (path: string) => {
      const [, island] = /<script type="application\/json" id="report">([^]*?)<\/script>/.exec(
        await Deno.readTextFile(`${folder}/${path}`),
      )!;
      return JSON.parse(island);
    };
    const all = await islandOf("sweep/comparison.html"), two = await islandOf("two.html");
    assertEquals(all.runs.map(({ href }: { href: string }) => href), [
      "0/report.html",
      "1/report.html",
      "2/report.html",
    ]);
    assertEquals(two.runs.map(({ href }: { href: string }) => href), [
      "sweep/0/report.html",
      "sweep/2/report.html",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
