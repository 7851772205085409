/** The command line that does with the dataset at hand what the page does. */
import { shellQuote } from "../../src/base/shell_quote.ts";
import type { Summary } from "../protocol/calls.ts";
import { DRAWN } from "../protocol/drawn.ts";
import { choices, given } from "./session.ts";

/** `deno task train` with the dataset as it is read here, and overrides. */
export function trainCommand(known: Summary, overrides: readonly string[]): string {
  const words = [...(given()?.kind === "drawn" ? drawn() : dataset(known)), ...overrides];
  return ["deno task train", ...words.map(shellQuote)].join(" ");
}

function dataset({ name, isDivided }: Summary): string[] {
  const { layout, folder, holdOut } = choices.value;
  return [
    folder === undefined ? name : `${name}/${folder}`,
    ...(layout === undefined ? [] : [`data.layout=${layout}`]),
    ...(isDivided ? [`data.split.valid=${holdOut}`, `data.split.test=${holdOut}`] : []),
  ];
}

function drawn(): string[] {
  const { seed, classes, ...counts } = DRAWN;
  return [
    "data=synthetic_jerseys",
    `seed=${seed}`,
    `data.synthetic.classes=[${classes.map((name) => `"${name}"`).join(",")}]`,
    ...Object.entries(counts).map(([key, value]) => `data.synthetic.${key}=${value}`),
  ];
}
