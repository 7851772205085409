/** Files that a command line names for its results: none makes the folders of a mistyped path. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { bench } from "../../bench/main.ts";
import { FileError } from "../../src/base/errors.ts";
import { loadConfig } from "../../src/config/mod.ts";
import { denoHost } from "../../src/host/deno.ts";
import { exportTask } from "../../src/tasks/export.ts";
import { parity } from "../../src/tasks/parity.ts";
import { predict } from "../../src/tasks/predict.ts";
import { stats } from "../../src/tasks/stats.ts";

const host = { ...denoHost(), print: () => {} };

/** Each flag of each task that names a file, given a path. */
const flags: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  "predict --output": (path) => predict(host, ["x.pth", "x.png", "--output", `${path}.csv`]),
  "predict --contact-sheet": (path) => predict(host, ["x.pth", "x.png", `--contact-sheet=${path}.html`]),
  "predict --explain": (path) => predict(host, ["x.pth", "x.png", `--explain=${path}`]),
  "export --output": (path) => exportTask(host, ["x.pth", "--output", `${path}.onnx`]),
  "stats --html": (path) => stats(host, config(), new Map([["html", path]]), []),
  "stats --patch": (path) => stats(host, config(), new Map([["patch", path]]), []),
  "parity --json": (path) => parity(host, ["--json", path]),
  "bench --json": (path) => bench(host, ["kernels", "--json", path]),
};

const config = () => loadConfig(host.configFiles, ["data=image_folder", "data.data_root=no/such"]);

for (const [name, run] of Object.entries(flags)) {
  Deno.test(`${name} refuses a folder that does not exist, and makes none`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const { message } = await assertRejects(() => run(`${folder}/typo/deep/file`), FileError);
      assertMatch(
        message,
        /^Cannot write --[\w-]+ .*: the folder ".*\/typo\/deep" does not exist; create it/,
      );
      assertEquals([...Deno.readDirSync(folder)], []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
