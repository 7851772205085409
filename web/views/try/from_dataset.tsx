/** The image of the open dataset that is chosen in the room of images. */
import { baseOf } from "../../../src/data/files/paths.ts";
import { cursor, ids } from "../../state/gallery.ts";
import { call, fault, summary } from "../../state/session.ts";
import { takeIn } from "../../state/trying.ts";

/** A button; nothing without a dataset. */
export function FromDataset() {
  const id = ids.value[cursor.value];
  if (summary.value === undefined || id === undefined) return null;
  return <button type="button" onClick={() => void tryChosen(id)}>Take the dataset's chosen image</button>;
}

async function tryChosen(id: number): Promise<void> {
  try {
    const { path, bytes } = await call("sampleFile", id);
    const file = new File([bytes as Uint8Array<ArrayBuffer>], baseOf(path));
    takeIn({ kind: "files", files: [[file.name, file]] });
  } catch (error) {
    fault.value = error instanceof Error ? error.message : String(error);
  }
}
