/** What the network sees: what crops cut off, what augmentation makes of images, and which of it changes classes. */
import { useEffect } from "preact/hooks";
import type { Row } from "../../protocol/calls.ts";
import { looked } from "../../state/preview.ts";
import { verdict } from "../../state/session.ts";
import { loadPresets, sized } from "../../state/transforms.ts";
import { useCall } from "../use_call.ts";
import { Changes } from "./changes.tsx";
import { Choice } from "./choice.tsx";
import { Crop } from "./crop.tsx";
import { CropTables } from "./crop_tables.tsx";
import { Draws } from "./draws.tsx";
import { TakeTransforms } from "./take_transforms.tsx";

/** Images that are offered. */
const OFFERED = 8;

/** The room. */
export function SeesRoom() {
  useEffect(() => void loadPresets(), []);
  const how = sized.value, rows = useOffered();
  if (how === undefined || rows === undefined) return <p aria-live="polite">Choosing images…</p>;
  if (rows.length === 0) return <p>No file of train is an image that can be shown.</p>;
  const now = rows.find(({ id }) => id === looked.value) ?? rows[0];
  return (
    <div class="sees">
      <Choice />
      <Changes />
      <div class="crops">
        <Crop key={rows.map(({ id }) => id).join()} rows={rows} now={now} how={how} />
        <CropTables how={how} />
      </div>
      <Draws rows={inTurn(rows, now).filter(({ split }) => split === "train")} how={how} />
      <TakeTransforms />
    </div>
  );
}

/** Images of several shapes and classes, as far as shapes are known, behind one that was chosen elsewhere. */
function useOffered(): readonly Row[] | undefined {
  const { answer } = useCall("varied", OFFERED, verdict.value), own = looked.value;
  const ids = answer && own !== undefined && !answer.includes(own) ? [own, ...answer] : answer;
  return useCall("rows", ids, verdict.value).answer;
}

/** Those rows from one on, and round. */
function inTurn(rows: readonly Row[], first: Row): Row[] {
  const at = rows.indexOf(first);
  return [...rows.slice(at), ...rows.slice(0, at)];
}
