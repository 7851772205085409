import { assertEquals } from "@std/assert";
import { counted, imbalanceText } from "../../src/data/words.ts";

Deno.test("counted() writes plurals as English does", () => {
  const nouns = ["line", "class", "batch", "epoch", "box"];
  assertEquals(nouns.map((noun) => counted(1, noun)), nouns.map((noun) => `1 ${noun}`));
  assertEquals(
    nouns.map((noun) => counted(2, noun)),
    ["2 lines", "2 classes", "2 batches", "2 epochs", "2 boxes"],
  );
  assertEquals(counted(1400, "image"), "1,400 images");
});

Deno.test("imbalanceText() says nothing of 1.0 times", () => {
  assertEquals([1, 1.02, 2.345].map(imbalanceText), [
    "All classes of train have the same number of images.",
    "All classes of train have nearly the same number of images.",
    "The largest class of train has 2.3 times the images of the smallest.",
  ]);
});
