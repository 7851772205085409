import * as z from "zod";
import { textTable } from "../../base/text_table.ts";
import type { DrawnEpoch } from "../../data/sampler.ts";
import type { Callback } from "../callback.ts";
import { epochFolder } from "./epoch_folder.ts";
import { type CallbackContext, type CallbackPlugin, defineCallback } from "./plugin.ts";

/** Maximum number of classes in the terminal's table. */
const SHOWN = 10;

/**
 * After each epoch: the samples of each class that were drawn, the number expected, and their ratio. All classes go
 * into `epoch_000/sampler_distribution.json`; the terminal shows those furthest from the expectation.
 */
export function samplerDistribution(
  { folder, print, write }: Pick<CallbackContext, "folder" | "print" | "write">,
): Callback {
  return {
    name: "sampler_distribution",
    async epochEnd({ drawn, classes }) {
      if (!drawn) return;
      for (const line of distributionTable(classes, drawn)) print(line);
      const perClass = classes.map((name, i) => ({
        name,
        drawn: drawn.drawn[i],
        expected: drawn.expected[i],
        ratio: ratioOf(drawn, i),
      }));
      const json = JSON.stringify({ epoch: drawn.epoch, classes: perClass }, null, 2) + "\n";
      const path = `${epochFolder(folder, drawn.epoch)}/sampler_distribution.json`;
      await write(path, new TextEncoder().encode(json));
    },
  };
}

/** The lines of the table, limited to the classes whose ratio is furthest from 1. */
export function distributionTable(classes: readonly string[], epoch: DrawnEpoch): string[] {
  const distance = (i: number) => {
    const ratio = ratioOf(epoch, i);
    return ratio === null ? -1 : Math.abs(ratio - 1);
  };
  const all = [...classes.keys()];
  if (all.every((i) => distance(i) <= 0)) {
    return [`drawn in epoch ${epoch.epoch}: each class as often as expected`];
  }
  const furthest = all.toSorted((a, b) => distance(b) - distance(a) || a - b).slice(0, SHOWN);
  const rows = furthest.sort((a, b) => a - b).map((i) => [
    classes[i],
    String(epoch.drawn[i]),
    epoch.expected[i].toFixed(1),
    ratioOf(epoch, i)?.toFixed(2) ?? "-",
  ]);
  const left = classes.length - rows.length;
  return [
    ...textTable([[`drawn in epoch ${epoch.epoch}`, "samples", "expected", "ratio"], ...rows]),
    ...(left > 0 ? [`and ${left} more, closer to the expected counts`] : []),
  ];
}

/** Drawn over expected; null if none were expected. */
function ratioOf({ drawn, expected }: DrawnEpoch, i: number): number | null {
  return expected[i] === 0 ? null : drawn[i] / expected[i];
}

/** The plug-in. */
export const sampler_distribution: CallbackPlugin = defineCallback({
  options: z.strictObject({}).describe("Prints how often the sampler drew each class"),
  make: (_, context) => samplerDistribution(context),
});
