/**
 * The tables of docs/bridge.md, from what the bridge knows of each class.
 *
 *     deno run -A tests/config/bridge_page.ts    # writes them into the page
 */

import { families, fullName } from "../../src/config/bridge/targets/mod.ts";
import type { Family, Fate, Target } from "../../src/config/bridge/target.ts";
import type { Data } from "../../src/config/tree.ts";

const PAGE = new URL("../../docs/bridge.md", import.meta.url);
const START = "<!-- made by tests/config/bridge_page.ts -->";

/** Parts by the names that the page gives them. */
const HEADINGS: Readonly<Record<string, string>> = {
  "classifier_training.models": "The original's models",
  "classifier_training.data": "The original's dataset",
  "classifier_training.transforms": "The original's transforms",
  "classifier_training.callbacks": "The original's callbacks",
  "lightning.pytorch.callbacks": "Lightning's callbacks",
  "lightning.pytorch.loggers": "Lightning's loggers",
  "lightning.pytorch": "Lightning's Trainer",
  "torch.nn": "Losses of torch",
  "torch.optim": "Optimisers of torch",
  "torch.optim.lr_scheduler": "Schedules of torch",
  "torchvision.models": "Models of torchvision",
  "torchvision.transforms.v2": "Transforms of torchvision",
};

/** The page as it should be, and as it is. */
export async function bridgePage(): Promise<{ wanted: string; written: string }> {
  const written = await Deno.readTextFile(PAGE);
  const intro = written.slice(0, written.indexOf(START));
  return { wanted: `${intro}${START}\n\n${families.map(section).join("\n")}`, written };
}

function section(family: Family): string {
  const home = family.modules[0].replace(/\.\*$/, "");
  const classes = Object.entries(family.classes);
  const rows = home === "torchvision.models"
    ? [...rowsOf("any of `model`", classes[0][1], "`model`: the same name"), ...ofSome(classes)]
    : classes.flatMap(([name, target]) => rowsOf(name, target));
  const widths = ["class", "option", "default there", "here"];
  const table = [widths, widths.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  const about = classes.filter(([, target]) => target.about).map(([name, target]) =>
    `\n\`${name}\`: ${target.about}.\n`
  );
  return `## ${HEADINGS[home]}\n\nThe module is \`${home}\`.\n${about.join("")}\n${table.join("\n")}\n`;
}

/** Options that only some of the classes have. */
function ofSome(classes: readonly (readonly [name: string, target: Target])[]): string[][] {
  const all = new Map(classes.flatMap(([, { options }]) => Object.entries(options)));
  for (const key of Object.keys(classes[0][1].options)) all.delete(key);
  return [...all].map((
    [key, fate],
  ) => ["", `\`${key}\``, "the network's", `${verdict(key, fate)}; of those that have it`]);
}

function rowsOf(name: string, target: Target, equivalent = equivalentOf(target)): string[][] {
  const { options, adds } = target;
  const added = Object.entries(adds).map(([key, value]) => ["", "", "", `always \`${key}=${text(value)}\``]);
  const rows = Object.entries(options).map((
    [key, fate],
  ) => ["", `\`${key}\``, defaultOf(fate), verdict(key, fate)]);
  return [[`**${name}**`, "", "", equivalent], ...added, ...rows];
}

function equivalentOf({ name: here, place }: Target): string {
  if (here !== undefined) return `\`${place}\`: \`${here}\``;
  return place === "trainer" ? "the part `trainer`" : "nothing is needed in its place";
}

function defaultOf(fate: Fate): string {
  if (fate.kind === "only") return code(fate.values[0]);
  if (fate.kind === "kept") return fate.default === undefined ? "none" : code(fate.default);
  return fate.kind === "bound" || fate.kind === "moved" ? code(fate.default) : "";
}

function verdict(key: string, fate: Fate): string {
  switch (fate.kind) {
    case "kept": {
      const name = fate.as === undefined || fate.as === key ? "same" : `\`${fate.as}\``;
      return fate.note === undefined ? name : `${name}; ${fate.note}`;
    }
    case "bound":
      return `${fate.end === 0 ? "low" : "high"} end of \`${fate.of}\``;
    case "moved":
      return `\`${fate.to.join(".")}\``;
    case "switch":
      return `\`false\` takes out \`callbacks.${fate.callback}\``;
    case "moot":
      return `no effect: ${fate.why}`;
    case "only":
      return `refused unless ${fate.values.map(code).join(" or ")}: ${fate.why}`;
  }
}

function code(value: Data): string {
  return `\`${text(value)}\``;
}

function text(value: Data): string {
  return value === ""
    ? '""'
    : typeof value === "string"
    ? value
    : JSON.stringify(value).replaceAll(",", ", ");
}

/** Every class of the bridge by its full name. */
export function classesByName(): Map<string, Target> {
  return new Map(
    families.flatMap((family) =>
      Object.entries(family.classes).map(([name, target]) => [fullName(family, name), target] as const)
    ),
  );
}

if (import.meta.main) await Deno.writeTextFile(PAGE, (await bridgePage()).wanted);
