/** The numbers that the page knows samples by. */
import { assertEquals } from "@std/assert";
import type { Dataset, Sample } from "../../src/data/types.ts";
import { Catalog } from "../../web/worker/catalog.ts";

const sample = (path: string, label = 0): Sample => ({ path, label });
const divided = (train: Sample[], valid: Sample[]) =>
  ({ root: "set", classes: ["a", "b"], splits: { train, valid, test: [] } }) as unknown as Dataset;

Deno.test("samples keep their numbers when the dataset is divided anew, and are trained on in its order", () => {
  const [one, two, three, four] = ["1", "2", "3", "4"].map((path) => sample(path));
  const first = new Catalog(divided([one, three], [two, four]));
  const second = new Catalog(divided([one, two, four], [three]), first.seen, first);
  const rows = (catalog: Catalog) => catalog.entries.map(({ path }) => path);
  assertEquals(rows(first), ["1", "3", "2", "4"]);
  assertEquals(rows(second), rows(first));
  assertEquals(second.entries.map(({ split }) => split), ["train", "valid", "train", "train"]);
  assertEquals(second.order.map((id) => second.entries[id].path), ["1", "2", "4", "3"]);
  assertEquals([...second.list({ sort: "order", split: "train" })], [0, 2, 3]);
});

Deno.test("samples that are there twice have a number each; other samples are numbered anew", () => {
  const twice = divided([sample("1"), sample("1"), sample("1", 1)], [sample("2")]);
  const first = new Catalog(twice), again = new Catalog(twice, first.seen, first);
  assertEquals(again.order, [0, 1, 2, 3]);
  const other = new Catalog(divided([sample("3"), sample("1")], []), first.seen, first);
  assertEquals(other.order, [0, 1]);
  assertEquals(other.entries.map(({ path }) => path), ["3", "1"]);
});
