/** The decisions as a file for `data.patch`. */
import { decided } from "./decisions.ts";
import { save } from "./save.ts";
import { call } from "./session.ts";

/** Its name, which the commands that the page shows have, too. */
export const PATCH = "patch.jsonl";

/** Saves it. */
export async function savePatch(): Promise<void> {
  save(PATCH, new Blob([await call("patch", decided())]));
}
