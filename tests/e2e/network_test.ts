/** A training without loggers and downloads touches no network: strace shows every socket that it opens. */
import { assert, assertEquals } from "@std/assert";
import { e2eTest } from "../rings.ts";
import { onTerminal, python } from "../terminal.ts";
import { tiny, withFolder } from "./cli.ts";

const strace = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=%network"];
const canTrace = await new Deno.Command("strace", {
  args: [...strace.slice(1), "-o", "/dev/null", "true"],
  stdout: "null",
  stderr: "null",
}).output().then(({ success }) => success, () => false);
if (!canTrace || python === undefined) {
  console.log("tests/e2e/network_test.ts: ignored, as there is no strace that may trace, or no Python");
}

/** What a command on a terminal asked of the network, a line for each call that is not for this machine's own sockets. */
async function networkCalls(folder: string, command: readonly string[]): Promise<string[]> {
  const trace = `${folder}/trace`;
  // Deno looks for updates on a terminal only.
  const { code, raw } = await onTerminal([
    "env",
    "-u",
    "DENO_NO_UPDATE_CHECK",
    ...strace,
    "-o",
    trace,
    ...command,
  ]);
  assertEquals(code, 0, raw);
  const lines = (await Deno.readTextFile(trace)).split("\n");
  assert(lines.some((line) => line.includes("socket")), "strace saw no socket at all");
  return lines.filter((line) => /\bAF_INET6?\b/.test(line));
}

if (canTrace && python !== undefined) {
  e2eTest("deno task train opens no socket to a network", () =>
    withFolder(async (folder) => {
      const args = [...tiny(folder), "trainer.fast_dev_run=true"];
      assertEquals(await networkCalls(folder, ["deno", "task", "train", ...args]), []);
    }));
}
