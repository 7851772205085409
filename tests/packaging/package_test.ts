/** The npm package: its entries, and its modules. tests/soak installs it. */
import { assert, assertEquals } from "@std/assert";
import * as all from "../../mod.ts";
import project from "../../deno.json" with { type: "json" };
import { npmImports, portableModule } from "../../packaging/modules.ts";

Deno.test("each entry of the package exports a part of what mod.ts has, and the first all", async () => {
  const { ".": first, ...others } = project.exports;
  assertEquals(first, "./mod.ts");
  for (const path of Object.values(others)) {
    const part: Record<string, unknown> = await import(`../../${path}`);
    assert(Object.keys(part).length > 3, path);
    for (const [name, value] of Object.entries(part)) {
      assert(value === (all as Record<string, unknown>)[name], `${path} and mod.ts differ in ${name}`);
    }
  }
});

const imports = npmImports({
  "@std/csv/parse": "npm:deno-std@1.4.0/csv/parse.js",
  "zod": "npm:zod@4.6.7",
  "uplot/": "npm:/uplot@1.6.32/",
});

Deno.test("npmImports() reads names, versions and files", () => {
  assertEquals([...imports.values()], [
    { name: "deno-std", version: "1.4.0", file: "/csv/parse.js" },
    { name: "zod", version: "4.6.7", file: "" },
    { name: "uplot", version: "1.6.32", file: "/" },
  ]);
});

Deno.test("portableModule() names what is imported as npm, TypeScript and every runtime find it", () => {
  const compiled = [
    `import { parse } from "@std/csv/parse";`,
    `import style from "./page.css" with { type: "text" };`,
    `import chart from "uplot/dist/uPlot.min.css" with { type: "text" };`,
    `export declare const a: import("../b.ts").B<import("zod").ZodType>;`,
    `export * from "./c.js";`,
    ` * import { relu } from "@wgrad/wgrad/data";`,
  ].join("\n");
  assertEquals(portableModule("src/plots/a.d.ts", compiled, imports), {
    code: [
      `import { parse } from "deno-std/csv/parse.js";`,
      `import style from "./page.css.text.js";`,
      `import chart from "../../texts/uplot/dist/uPlot.min.css.text.js";`,
      `export declare const a: import("../b.js").B<import("zod").ZodType>;`,
      `export * from "./c.js";`,
      ` * import { relu } from "wgrad/data";`,
    ].join("\n"),
    packages: ["deno-std", "zod"],
    texts: [
      { file: "src/plots/page.css", module: "src/plots/page.css.text.js" },
      { file: "node_modules/uplot/dist/uPlot.min.css", module: "texts/uplot/dist/uPlot.min.css.text.js" },
    ],
  });
});
