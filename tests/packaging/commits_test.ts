import { assertEquals } from "@std/assert";
import { fileFaults } from "../../packaging/check_files.ts";
import { messageFault } from "../../packaging/commit_message.ts";

Deno.test("messageFault() takes conventional commits, and what git writes itself", () => {
  const good = [
    "feat(train): a",
    "fix(data)!: read files of 0 bytes",
    "feat(a): b; docs(c): d",
    "Merge branch 'x'",
  ];
  assertEquals(good.map(messageFault), good.map(() => undefined));
  const bad = ["Add a thing", "feat: ends with a period.", "feature(x): y", "fix(x):no space"];
  assertEquals(bad.filter((line) => messageFault(line) === undefined), []);
});

Deno.test("fileFaults() finds white space, missing line breaks and keys, but no known one", () => {
  const key = `"AKIA${"ABCDEFGH".repeat(2)}"`;
  assertEquals(fileFaults("a.ts", "x\n"), []);
  assertEquals(fileFaults("a.ts", "x \ny"), [
    "a.ts does not end with a line break",
    "a.ts:1 ends with white space",
  ]);
  assertEquals(fileFaults("a.ts", `${key}\n`), ["a.ts:1 looks like a key of AWS"]);
  assertEquals(fileFaults("a.ts", `${key}\n`, new Set([key])), []);
});
