import { assertEquals } from "@std/assert";
import { counted } from "../../src/data/words.ts";

Deno.test("counted() writes plurals as English does", () => {
  const nouns = ["line", "class", "batch", "epoch", "box"];
  assertEquals(nouns.map((noun) => counted(1, noun)), nouns.map((noun) => `1 ${noun}`));
  assertEquals(
    nouns.map((noun) => counted(2, noun)),
    ["2 lines", "2 classes", "2 batches", "2 epochs", "2 boxes"],
  );
  assertEquals(counted(1400, "image"), "1,400 images");
});
