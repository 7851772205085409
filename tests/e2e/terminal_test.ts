/** What a run shows on a real terminal, which Python's pty module makes. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { e2eTest } from "../rings.ts";
import { onTerminal, python } from "../terminal.ts";
import { tiny, withFolder } from "./cli.ts";

if (python === undefined) {
  console.log("tests/e2e/terminal_test.ts: the terminal tests are ignored, as there is no Python");
}

/** Trains on a terminal. */
async function train(args: readonly string[], options: Parameters<typeof onTerminal>[1]) {
  const permissions = ["read", "write", "env", "sys", "ffi"].map((name) => `--allow-${name}`);
  const run = ["run", "--no-prompt", ...permissions, "--allow-run=git", "src/cli.ts", "train"];
  const { code, raw } = await onTerminal([Deno.execPath(), ...run, ...args], options);
  return { code, raw: raw.slice(raw.indexOf("device ")) }; // before it Deno clears the line it loads modules in
}

/** The rows that a terminal shows after carriage returns and line feeds. */
function rowsOf(raw: string): string[] {
  return raw.replaceAll("\r\n", "\n").split("\n").map((line) => {
    const cells: string[] = [];
    for (const part of line.split("\r")) [...part].forEach((character, i) => cells[i] = character);
    return cells.join("").trimEnd();
  });
}

if (python !== undefined) {
  e2eTest(
    "on a terminal a bar is rewritten in one line, is gone at the end, and NO_COLOR means no escape codes",
    () =>
      withFolder(async (folder) => {
        const { code, raw } = await train(tiny(folder, 2), { env: { NO_COLOR: "1" } });
        assertEquals(code, 0, raw);
        assertMatch(raw, /\repoch 0\/1 {2}[━─]+ {2}\d\/3/);
        assert(!raw.includes("\x1b"));
        const rows = rowsOf(raw);
        assert(rows.every((row) => !row.includes("━")), rows.join("\n"));
        assertMatch(rows.join("\n"), /\n {4}0\/1 +\d\.\d{4} .*\n {4}1\/1 +\d\.\d{4} /);
        const table = rows.filter((row) => /^ +(epoch|\d\/1) /.test(row));
        assert(table.length === 3 && table.every((row) => row.length <= 90), table.join("\n"));
      }),
  );

  e2eTest(
    "Ctrl-C leaves the terminal clean",
    () =>
      withFolder(async (folder) => {
        const { code, raw } = await train(tiny(folder, 500), { until: "1/499" });
        assertEquals(code, 130, raw);
        const rows = rowsOf(raw);
        assert(
          rows.some((row) => row.includes("warning: stopping: interrupt again to exit immediately")),
          rows.join("\n"),
        );
        assert(rows.every((row) => !row.includes("━")), rows.join("\n"));
        assertMatch(
          rows.filter(Boolean).at(-1)!,
          /^InterruptedError: The run was interrupted after step \d+/,
        );
      }),
  );

  e2eTest(
    "a terminal that closes stops the run as Ctrl-C does, and everything is saved",
    () =>
      withFolder(async (folder) => {
        const { code } = await train(tiny(folder, 500), { until: "1/499", act: "close" });
        assertEquals(code, 130);
        const { exit_code, error, weights } = JSON.parse(
          await Deno.readTextFile(`${folder}/run/result.json`),
        );
        assertEquals(exit_code, 130);
        assertMatch(error, /^InterruptedError: The run was interrupted after step \d+; go on with resume=/);
        await Deno.stat(`${folder}/run/${weights.last}`);
      }),
  );
}
