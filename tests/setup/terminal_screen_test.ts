import { assert, assertEquals } from "@std/assert";
import { denoTerminal } from "../../src/host/deno_terminal.ts";
import type { Level } from "../../src/setup/host.ts";
import { withLog } from "../../src/launch/run_folder.ts";
import { TerminalScreen } from "../../src/setup/terminal_screen.ts";
import { memoryHost } from "../launch/memory_host.ts";

/** A terminal that keeps what it shows: rows of characters, of which the last is under way. */
function fakeTerminal(columns: number, color = false, isTerminal = true) {
  const rows = [""];
  let at = 0, raw = "";
  const write = (text: string) => {
    raw += text;
    for (const character of text) {
      const row = rows.length - 1;
      if (character === "\r") at = 0;
      else if (character === "\n") rows.push(""), at = 0;
      else rows[row] = rows[row].slice(0, at).padEnd(at) + character + rows[row].slice(++at);
    }
  };
  return {
    terminal: denoTerminal({
      isTerminal,
      color,
      columns: () => columns,
      write: (bytes) => write(new TextDecoder().decode(bytes)),
    }),
    rows: () => rows.map((row) => row.trimEnd()),
    raw: () => raw,
  };
}

Deno.test("the live line stays below the lines that are printed, and leaves nothing behind", () => {
  const { terminal, rows, raw } = fakeTerminal(20);
  const screen = new TerminalScreen(terminal, "info");
  let text = "a long live line";
  const line = screen.live((columns) => text.slice(0, columns));
  assertEquals(rows(), ["a long live line"]);
  screen.print("first");
  text = "short";
  screen.print("second");
  assertEquals(rows(), ["first", "second", "short"]);
  line[Symbol.dispose]();
  assertEquals(rows(), ["first", "second", ""]);
  assert(!raw().includes("\x1b"));
});

Deno.test("of several live lines the latest is seen, and the one before it when it is gone", () => {
  const { terminal, rows } = fakeTerminal(40);
  const screen = new TerminalScreen(terminal, "info");
  using _ = screen.live(() => "epoch 1");
  const inner = screen.live(() => "validating: 3 of 7");
  screen.above(() => terminal.print("beside"));
  assertEquals(rows(), ["beside", "validating: 3 of 7"]);
  inner[Symbol.dispose]();
  assertEquals(rows(), ["beside", "epoch 1"]);
  screen.close();
  assertEquals(rows(), ["beside", ""]);
});

Deno.test("the live line is cut to the terminal's width, less one column", () => {
  const { terminal, rows } = fakeTerminal(10);
  const screen = new TerminalScreen(terminal, "info");
  using _ = screen.live(() => "0123456789abc");
  assertEquals(rows(), ["012345678"]);
});

Deno.test("into a pipe no live line is written, and no escape code", () => {
  const { terminal, rows, raw } = fakeTerminal(80, false, false);
  const screen = new TerminalScreen(terminal, "debug");
  using _ = screen.live(() => "live");
  screen.print("a", "warning");
  assertEquals(rows(), ["warning: a", ""]);
  assert(!raw().includes("\x1b") && !raw().includes("\r"));
});

Deno.test("the live line is looked at about ten times a second", async () => {
  const { terminal } = fakeTerminal(80);
  const screen = new TerminalScreen(terminal, "info");
  let looks = 0;
  const line = screen.live(() => `${looks++}`);
  await new Promise((resolve) => setTimeout(resolve, 560));
  line[Symbol.dispose]();
  assert(looks >= 2 && looks <= 7, `${looks}`);
});

const seen: [least: Level, printed: string[], file: string[]][] = [
  ["debug", ["debug: d", "i", "warning: w", "error: e"], [
    "DEBUG   d",
    "INFO    i",
    "WARNING w",
    "ERROR   e",
  ]],
  ["info", ["i", "warning: w", "error: e"], ["INFO    i", "WARNING w", "ERROR   e"]],
  ["warning", ["warning: w", "error: e"], ["INFO    i", "WARNING w", "ERROR   e"]],
  ["error", ["error: e"], ["INFO    i", "WARNING w", "ERROR   e"]],
];
for (const [least, printed, file] of seen) {
  Deno.test(`log_level=${least} says what is printed; the file has what is of info and above`, async () => {
    const { host, lines, files } = memoryHost();
    const output = withLog(host, "run/train.log", least);
    for (const level of ["debug", "info", "warning", "error"] as const) output.host.print(level[0], level);
    await output.close();
    assertEquals(lines, printed);
    const time = host.now().toISOString();
    assertEquals(files.get("run/train.log"), file.map((line) => `${time} ${line}\n`).join(""));
  });
}

Deno.test("colours are on the terminal only, never in the file", async () => {
  const { host, files } = memoryHost();
  const { terminal, raw } = fakeTerminal(80, true);
  const output = withLog({ ...host, terminal }, "run/train.log", "info");
  output.host.print("careful", "warning");
  await output.close();
  assertEquals(raw(), "\x1b[33mwarning: careful\x1b[0m\n");
  assert(!files.get("run/train.log")!.includes("\x1b"));
});

Deno.test("names that control a terminal are shown, not obeyed: in lines, in the live line and in the file", async () => {
  const { host, files } = memoryHost();
  const { terminal, raw } = fakeTerminal(80, true);
  const name = "a\x1b[31m\r\x9b2J\u202egpj.b";
  const shown = "a\\u001b[31m\\u000d\\u009b2J\\u202egpj.b";
  const output = withLog({ ...host, terminal }, "run/train.log", "info");
  output.host.live(() => name);
  output.host.print(`unreadable: ${name}\nsecond line`, "warning");
  output.write(name, "error");
  await output.close();
  assertEquals(
    raw().replaceAll("\x1b[33m", "").replaceAll("\x1b[0m", "").match(/(?![\n\r])\p{Cc}|\u202e/gu),
    null,
  );
  assert(raw().includes(`warning: unreadable: ${shown}\nsecond line`), raw());
  assert(raw().includes(`\r${shown}`), raw());
  const lines = files.get("run/train.log")!.split("\n").map((line) => line.slice(25));
  assertEquals(lines, [`WARNING unreadable: ${shown}`, "WARNING second line", `ERROR   ${shown}`, ""]);
});
