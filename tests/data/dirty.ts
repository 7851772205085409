/** The files of ../shared/data/dirty with the judgements of its README.tsv. */
import { isThere } from "./helpers.ts";

/** Where they are, from the project's root. */
export const DIRTY = "../shared/data/dirty";

/** False where the folder is missing, which is then said. */
export const HAS_DIRTY: boolean = isThere(DIRTY);

/** A file and whether a sane decoder takes it. */
export interface DirtyFile {
  readonly name: string;
  readonly judged: "yes" | "no" | "either";
  readonly bytes: Uint8Array;
}

/** All of them, in the table's order. */
export function dirtyFiles(): DirtyFile[] {
  const rows = Deno.readTextFileSync(`${DIRTY}/README.tsv`).trim().split("\n").slice(1);
  return rows.map((row) => {
    const [name, , , , , text] = row.split("\t");
    const isOpen = /^either|or skipped|or a partial/.test(text);
    const judged = text.startsWith("no") ? "no" : isOpen ? "either" : "yes";
    return { name, judged, bytes: Deno.readFileSync(`${DIRTY}/${name}`) };
  });
}
