import type { Terminal } from "../setup/host.ts";

/** The terminal of this process, or what its output is redirected to. */
export function denoTerminal(): Terminal {
  // A dumb terminal cannot return to the start of a line.
  const isTerminal = Deno.stdout.isTerminal() && Deno.env.get("TERM") !== "dumb";
  return {
    isTerminal,
    color: isTerminal && !Deno.noColor,
    columns: () => isTerminal ? Deno.consoleSize().columns : Infinity,
    write(text) {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
    },
  };
}
