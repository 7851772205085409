/** Runs programs of bench in a separate process, so that memory is counted from zero. */
import { DataError } from "../src/base/errors.ts";

/** Runs a program of this folder with one argument, and returns its last line of output as JSON. @throws DataError */
export async function runFresh<T>(name: string, argument: unknown): Promise<T> {
  const program = new URL(`./${name}`, import.meta.url).pathname;
  const args = ["run", "--allow-all", "--no-check", program, JSON.stringify(argument)];
  const env = { DENO_NO_UPDATE_CHECK: "1" };
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env }).output();
  const last = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim().split("\n").at(-1) ?? "";
  if (success) return JSON.parse(last(stdout));
  throw new DataError(`Cannot measure because ${program} failed: ${last(stderr)}`);
}
