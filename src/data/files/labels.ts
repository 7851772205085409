/** Class names as people mean them. */
import { fewQuoted } from "../../base/few.ts";
import type { LabelledPath } from "./table.ts";
import { counted } from "../words.ts";

/**
 * Labels without white space around them and in Unicode's NFC, so that "23 " is "23" and an accent typed in two ways
 * is one class. Adds a note for what changed.
 */
export function cleanLabels(samples: readonly LabelledPath[], part: string, notes: string[]): LabelledPath[] {
  const changed = new Set<string>();
  let count = 0;
  const cleaned = samples.map((sample) => {
    const className = sample.className.trim().normalize("NFC");
    if (className === sample.className) return sample;
    count++;
    if (className !== sample.className.normalize("NFC")) changed.add(sample.className);
    return { ...sample, className };
  });
  if (changed.size > 0) {
    notes.push(`${part}: removed white space around ${counted(count, "label")}: ${fewQuoted([...changed])}`);
  }
  return cleaned;
}
