/** What training sees of a few images in some epochs: the trainer's own pixels. */
import type { Row } from "../../protocol/calls.ts";
import type { Epoch, Mixing, Sized } from "../../protocol/sees_calls.ts";
import { batchSize, DRAWS, epoch, seed } from "../../state/preview.ts";
import { call, checking } from "../../state/session.ts";
import { ways } from "../../state/transforms.ts";
import { Bitmap, Picture } from "../images/picture.tsx";
import { NumberField } from "../number_field.tsx";
import { useCall } from "../use_call.ts";
import { MixingControls } from "./mixing.tsx";
import { Sliders } from "./sliders.tsx";
import { mixInWords } from "./words.ts";

/** Images that are shown. */
const IMAGES = 3;

/** The section. */
export function Draws({ rows, how }: { rows: readonly Row[]; how: Sized }) {
  return (
    <section aria-labelledby="draws-title">
      <h2 id="draws-title">What training sees</h2>
      <div class="filters">
        <NumberField label="seed" value={seed.value} least={0} onChange={(value) => seed.value = value} />
        <NumberField
          label="from epoch"
          value={epoch.value + 1}
          least={1}
          onChange={(value) => epoch.value = value - 1}
        />
        <button type="button" onClick={() => epoch.value += DRAWS}>Another draw</button>
      </div>
      <p>
        <small>
          The pixels that <code>deno task train</code> feeds to the network with this seed, in these epochs.
        </small>
      </p>
      <div class="draws-and-sliders">
        <DrawsTable rows={rows.slice(0, IMAGES)} how={how} />
        <Sliders list="train">
          <MixingControls />
        </Sliders>
      </div>
    </section>
  );
}

/** Images by epochs, with what they are mixed with where batches are. */
function DrawsTable({ rows, how }: { rows: readonly Row[]; how: Sized }) {
  const epochs = Array.from({ length: DRAWS }, (_, i) => ({ seed: seed.value, epoch: epoch.value + i }));
  const mixing = ways.value.length > 0 ? { ways: ways.value, batchSize: batchSize.value } : undefined;
  const asked = mixing && { ids: rows.map(({ id }) => id), epochs, imageSize: how.imageSize, mixing };
  const { answer: mixes = [] } = useCall("mixes", asked, checking.value.at);
  return (
    <table class="draws">
      <thead>
        <tr>
          <th scope="col">image</th>
          {epochs.map(({ epoch }) => <th key={epoch} scope="col">epoch {epoch + 1}</th>)}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          <tr key={row.id}>
            <th scope="row">
              <Picture id={row.id} side={160} alt={row.path} />
              <span>{row.className}</span>
            </th>
            {epochs.map((at, j) => (
              <td key={j}>
                <Draw row={row} how={how} at={at} mixing={mixing} />
                {mixing && mixes[i]?.[j] && <small>{mixInWords(mixes[i][j])}</small>}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Once all files have been looked at, it is known which of them count for the position of a sample. */
function Draw({ row: { id, path }, how, at, mixing }: {
  row: Row;
  how: Sized;
  at: Epoch;
  mixing: Mixing | undefined;
}) {
  const { seed, epoch } = at, isSettled = checking.value.at === "done";
  return (
    <Bitmap
      what={JSON.stringify([id, how.train, how.imageSize, seed, epoch, isSettled, mixing])}
      alt={`${path} in epoch ${epoch + 1}`}
      draw={(signal) => call("prepared", { id, how, epoch: at, ...(mixing && { mixing }) }, { signal })}
    />
  );
}
