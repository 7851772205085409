import { assertEquals } from "@std/assert";
import { keptTwins } from "../../src/data/datasets/kept_twins.ts";
import type { DatasetContext } from "../../src/data/datasets/plugin.ts";
import { memoryTree } from "../../src/data/files/memory_tree.ts";
import { encodePng } from "../../src/host/deno_images.ts";
import { decodeImage } from "../../src/host/deno_images.ts";
import { memoryHost } from "../launch/memory_host.ts";
import { paler, waves } from "./health/made.ts";

Deno.test("twins are looked for once; a renamed copy of the dataset has the same", async () => {
  const bytes = [await encodePng(waves(1)), await encodePng(paler(waves(1))), await encodePng(waves(2))];
  const { host, files } = memoryHost();
  let decoded = 0;
  const context = {
    ...host,
    cacheFolder: () => "cache",
    parallel: 1,
    decode: (file: Uint8Array) => {
      decoded++;
      return decodeImage(file);
    },
  } as unknown as DatasetContext;
  const find = (prefix: string) => {
    const paths = bytes.map((_, i) => `${prefix}${i}.png`);
    const tree = memoryTree("data", new Map(paths.map((path, i) => [path, bytes[i]])));
    const hashes = new Map(paths.map((path, i) => [path, `hash${i}`]));
    return keptTwins(tree, context)(paths.map((path) => ({ path, className: "a" })), hashes);
  };
  assertEquals(await find("x"), [["x0.png", "x1.png"]]);
  assertEquals([decoded, files.size], [3, 1]);
  assertEquals(await find("y"), [["y0.png", "y1.png"]]);
  assertEquals(decoded, 3);
  files.set([...files.keys()][0], "[[");
  assertEquals(await find("z"), [["z0.png", "z1.png"]]);
  assertEquals(decoded, 6);
});
