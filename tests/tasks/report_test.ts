import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { denoHost } from "../../src/host/deno.ts";
import { report } from "../../src/tasks/report.ts";
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
