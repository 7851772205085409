import { printable, printableLines } from "../base/printable.ts";
import type { Terminal } from "../setup/host.ts";
import { writeFault } from "./deno_writing.ts";

/** What a terminal needs to know of standard output. */
export interface Output {
  readonly isTerminal: boolean;
  /** True if colours are wanted: on a terminal, without NO_COLOR. */
  readonly color: boolean;
  columns(): number;
  /** Writes all of it. */
  write(bytes: Uint8Array): void;
}

/** A terminal on an output, by default this process's, or what it is redirected to. */
export function denoTerminal({ isTerminal, color, columns, write }: Output = standardOutput()): Terminal {
  const send = (text: string) => write(new TextEncoder().encode(text));
  return {
    isTerminal,
    columns,
    print(text, code) {
      const safe = printableLines(text);
      send(color && code !== undefined ? `\x1b[${code}m${safe}\x1b[0m\n` : `${safe}\n`);
    },
    overwrite: (text) => send(`\r${printable(text)}`),
  };
}

function standardOutput(): Output {
  // A dumb terminal cannot return to the start of a line.
  const isTerminal = Deno.stdout.isTerminal() && Deno.env.get("TERM") !== "dumb";
  return {
    isTerminal,
    color: isTerminal && !Deno.noColor,
    columns: () => isTerminal ? consoleColumns() : Infinity,
    write: writerTo(Deno.stdout, "standard output"),
  };
}

const writeError = writerTo(Deno.stderr, "standard error");

/** Writes a line to standard error. */
export function printError(text: string): void {
  writeError(new TextEncoder().encode(`${printableLines(text)}\n`));
}

/** Characters per line; Infinity if the terminal does not say, or was closed. */
function consoleColumns(): number {
  try {
    return Deno.consoleSize().columns || Infinity;
  } catch {
    return Infinity;
  }
}

/** Writes all of the bytes, unless nobody reads: a reader such as head wants no more, or the terminal was closed. */
function writerTo(stream: typeof Deno.stdout, name: string): (bytes: Uint8Array) => void {
  const isTerminal = stream.isTerminal(); // a closed one does not tell
  return (bytes) => {
    try {
      for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return;
      if (isTerminal && (error as { code?: string }).code === "EIO") return;
      throw writeFault(name, error);
    }
  };
}
