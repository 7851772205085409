/** The command that trains on the dataset as it is open here. */
import { shellQuote } from "../../src/base/shell_quote.ts";
import type { Summary } from "../protocol/calls.ts";
import { choices } from "../state/session.ts";

/** `deno task train PATH`, how it was read, and `words` that choose more. */
export function trainCommand({ name, isDivided }: Summary, words: readonly string[]): string {
  const { layout, folder, holdOut } = choices.value;
  const path = folder === undefined ? name : `${name}/${folder}`;
  const share = isDivided ? [`data.split.valid=${holdOut}`, `data.split.test=${holdOut}`] : [];
  const keys = [...layout === undefined ? [] : [`data.layout=${layout}`], ...share, ...words];
  return ["deno task train", ...[path, ...keys].map(shellQuote)].join(" ");
}
