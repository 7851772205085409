import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ConfigError, DataError } from "../../../src/base/errors.ts";
import { loadConfig } from "../../../src/config/mod.ts";
import { parsePatch } from "../../../src/data/files/patch.ts";
import { denoHost } from "../../../src/host/deno.ts";
import { denoConfigFiles } from "../../../src/host/deno_config.ts";
import type { Host } from "../../../src/setup/host.ts";
import { stats } from "../../../src/tasks/stats.ts";
import { type Files, healthy, treeOfPictures, waves } from "../../data/health/made.ts";
import { assertMessage } from "../../data/helpers.ts";

const SCRIPT = "<script>alert(1)<|script>"; // no slash, which a folder's name cannot hold
const files: Files = {
  ...healthy([SCRIPT, "dog"], { train: 12, valid: 6, test: 6 }),
  [`train/${SCRIPT}/"><img src=x onerror=alert(1)>.jpg`]: waves(900),
  "train/dog/x.jpg": waves(900),
  "train/dog/&amp;.jpg": new Uint8Array(3),
};
const { "train/dog/0.jpg": gone, "train/dog/1.jpg": relabelled, "test/dog/0.jpg": moved, ...same } = files;
const older = {
  ...same,
  "train/dog/gone.jpg": waves(901),
  [`train/${SCRIPT}/was.jpg`]: relabelled,
  "train/dog/was.jpg": moved,
  "train/owl/0.jpg": gone,
};
const config = loadConfig(denoConfigFiles(), ["data=image_folder", "data.data_root=made"]);
const real = denoHost();

/** Runs the task with flags; what it printed and wrote. */
async function run(flags: Record<string, string>, configured = config) {
  const printed: string[] = [], written = new Map<string, string>();
  const host: Host = {
    ...real,
    openTree: (path) => treeOfPictures(path === "old" ? older : files),
    print: (line) => printed.push(line),
    writeAtomic: (path, bytes) => {
      written.set(path, new TextDecoder().decode(bytes));
      return Promise.resolve();
    },
  };
  const task = stats(host, configured, new Map(Object.entries(flags)), ["a note"]);
  return { printed, written, failed: await task.then(() => undefined, (error) => error) };
}

Deno.test("stats prints counts, findings with paths, and the sum of them", async () => {
  const { printed, failed } = await run({});
  const text = printed.join("\n");
  assertEquals(failed, undefined);
  assertStringIncludes(text, "note    a note");
  assertStringIncludes(text, "error   Same image with two labels: 1 group of 2 files.");
  assertStringIncludes(text, "train/dog/x.jpg (same bytes)");
  assertStringIncludes(text, "health  2 errors, 0 warnings, 0 info");
  assert(/^<script>alert\(1\)<\|script> +13 +6 +6$/m.test(text), text);
});

Deno.test("stats --json prints one JSON value, with every path", async () => {
  const { printed } = await run({ json: "" });
  assertEquals(printed.length, 1);
  const { classes, counts, findings, files } = JSON.parse(printed[0]);
  assertEquals([classes, counts.train, files], [[SCRIPT, "dog"], [13, 14], 51]);
  assertEquals(findings.map(({ kind, severity }: { kind: string; severity: string }) => [kind, severity]), [
    ["unreadable", "error"],
    ["two_labels", "error"],
  ]);
  assertEquals(findings[0].groups[0][0].path, "train/dog/&amp;.jpg");
});

Deno.test("stats --html shows a training's first batch, mixed as configured", async () => {
  const overrides = ["data=image_folder", "data.data_root=made", "data.batch_size=8", "data.image_size=32"];
  const load = (mixing: string) =>
    loadConfig(denoConfigFiles(), [...overrides, `transforms.batch=${mixing}`]);
  const sectionOf = async (mixing: string) => {
    const { written } = await run({ html: "p.html" }, load(mixing));
    return /<section id="batch">[^]*?<.section>/.exec(written.get("p.html")!)![0];
  };
  const plain = await sectionOf("[]"), mixed = await sectionOf("[{mixup: {alpha: 5}}]");
  assertStringIncludes(plain, "The first training batch <small>8 images<");
  const paths = (text: string) => [...text.matchAll(/<code>(train[^<]+)<.code>/g)].map(([, path]) => path);
  assertEquals(paths(plain).length, 8);
  assertEquals(paths(mixed), paths(plain));
  assert(!plain.includes(" %") && mixed.includes(" %"), mixed);
  const images = (text: string) => [...text.matchAll(/data:image[^"]+/g)].map(([uri]) => uri);
  assert(images(mixed).every((uri, i) => uri !== images(plain)[i]));
});

Deno.test("stats --html writes one page on which names are text and nothing but its own style is allowed", async () => {
  const { written } = await run({ html: "p.html" });
  const text = written.get("p.html")!;
  const tags = new Set([...text.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, name]) => name.toLowerCase()));
  assert(!tags.has("script") && !tags.has("link") && !tags.has("iframe"), [...tags].join());
  assertStringIncludes(text, "&lt;script&gt;alert(1)&lt;|script&gt;");
  assertStringIncludes(text, "train/dog/&amp;amp;.jpg");
  for (const [, source] of text.matchAll(/<img\b[^>]*?src="([^"]*)"/g)) {
    assert(source.startsWith("data:image/jpeg;base64,"), source);
  }
  assertEquals(
    [...text.matchAll(/\son\w+=|\sstyle=|https?:/g)].filter(([all]) => all !== " onerror=").length,
    0,
  );
  assertEquals([...text.matchAll(/<img src=x/g)].length, 0);
  const [, style] = /<style>([^]*?)<\/style>/.exec(text)!;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  assertStringIncludes(text, `style-src &#39;sha256-${new Uint8Array(digest).toBase64()}&#39;`);
  assertStringIncludes(text, "default-src &#39;none&#39;; img-src data:;");
});

Deno.test("stats --patch writes corrections that the readers take", async () => {
  const { written, printed } = await run({ patch: "p.jsonl" });
  const { corrections } = parsePatch("p.jsonl", written.get("p.jsonl")!);
  assertEquals(corrections.size, 3);
  assertStringIncludes(printed.at(-1)!, "p.jsonl: 3 corrections");
});

Deno.test("stats --strict is a DataError, exit code 3, after all is written", async () => {
  const { written, failed } = await run({ strict: "", patch: "p.jsonl" });
  assertEquals(written.size, 1);
  await assertMessage(
    () => Promise.reject(failed),
    DataError,
    'Cannot pass "made" with --strict: the health check found 2 errors and 0 warnings; see above, or omit --strict',
  );
});

Deno.test("stats --since says what has changed since an earlier version, and what leaks across", async () => {
  const { printed, failed } = await run({ since: "old" });
  assertEquals(failed, undefined);
  assertEquals(printed.slice(printed.indexOf("since   old")), [
    "since   old",
    "  kept               48",
    "  added               0",
    "  removed             1  train/dog/gone.jpg",
    '  relabelled          2  train/dog/1.jpg ("<script>alert(1)<|script>" is now "dog")  train/dog/0.jpg ("owl" is now "dog")',
    '  moved               1  test/dog/0.jpg ("train" is now "test")',
    '  gone classes        1  "owl"',
    "leak    Images in train of old and evaluated on by this version: 1 group. A model that was trained with old has seen them.",
    "          train/dog/was.jpg  test/dog/0.jpg (same bytes)",
  ]);
  const { changes } = JSON.parse((await run({ since: "old", json: "" })).printed[0]);
  assertEquals([changes.since, changes.kept, changes.gone_classes], ["old", 48, ["owl"]]);
  assertEquals(changes.moved, [{
    before: { path: "train/dog/was.jpg", split: "train", class: "dog", note: null },
    after: { path: "test/dog/0.jpg", split: "test", class: "dog", note: null },
  }]);
  assertEquals(changes.leaks[0].trained_with, "before");
  const drawn = loadConfig(denoConfigFiles(), []);
  await assertMessage(
    () => stats(real, drawn, new Map([["since", "old"]]), []),
    ConfigError,
    "Cannot use --since old with data=synthetic_jerseys: it is drawn; give the path of the new version first",
  );
});
