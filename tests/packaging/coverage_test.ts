import { assertEquals } from "@std/assert";
import { linesByFolder, percent } from "../../packaging/coverage_floor.ts";

Deno.test("linesByFolder() sums the lines of each folder of src, and of no other", () => {
  const record = (path: string, found: number, hit: number) =>
    `SF:/home/me/wgrad/${path}\nDA:1,1\nLF:${found}\nLH:${hit}\nend_of_record\n`;
  const lcov = record("src/base/a.ts", 10, 9) + record("src/data/files/b.ts", 30, 15) +
    record("src/data/c.ts", 10, 6) + record("tests/base/a_test.ts", 100, 100);
  const folders = linesByFolder(lcov);
  assertEquals([...folders], [
    ["all", { found: 50, hit: 30 }],
    ["base", { found: 10, hit: 9 }],
    ["data", { found: 40, hit: 21 }],
  ]);
  assertEquals(percent(folders.get("all")!), 60);
});
