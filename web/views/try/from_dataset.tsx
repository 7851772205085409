/** The image of the open dataset that is chosen in the room of images. */
import { cursor, ids } from "../../state/gallery.ts";
import { summary } from "../../state/session.ts";
import { trySample } from "../../state/trying.ts";

/** A button; nothing without a dataset. */
export function FromDataset() {
  const id = ids.value[cursor.value];
  if (summary.value === undefined || id === undefined) return null;
  return <button type="button" onClick={() => void trySample(id)}>Take the dataset's chosen image</button>;
}
