/** What training sees of a few images in some epochs: the trainer's own pixels. */
import type { Row } from "../../protocol/calls.ts";
import type { Sized } from "../../protocol/sees_calls.ts";
import { DRAWS, epoch, seed } from "../../state/preview.ts";
import { call, checking } from "../../state/session.ts";
import { Bitmap, Picture } from "../images/picture.tsx";
import { Sliders } from "./sliders.tsx";

/** Images that are shown. */
const IMAGES = 3;

/** The section. */
export function Draws({ rows, how }: { rows: readonly Row[]; how: Sized }) {
  const epochs = Array.from({ length: DRAWS }, (_, i) => epoch.value + i);
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
        <table class="draws">
          <thead>
            <tr>
              <th scope="col">image</th>
              {epochs.map((at) => <th key={at} scope="col">epoch {at + 1}</th>)}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, IMAGES).map((row) => (
              <tr key={row.id}>
                <th scope="row">
                  <Picture id={row.id} side={160} alt={row.path} />
                  <span>{row.className}</span>
                </th>
                {epochs.map((at) => (
                  <td key={at}>
                    <Draw row={row} how={how} at={at} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        <Sliders list="train" />
      </div>
    </section>
  );
}

/** Once all files have been looked at, it is known which of them count for the position of a sample. */
function Draw({ row: { id, path }, how, at }: { row: Row; how: Sized; at: number }) {
  return (
    <Bitmap
      what={JSON.stringify([id, how.train, how.imageSize, seed.value, at, checking.value.at === "done"])}
      alt={`${path} in epoch ${at + 1}`}
      draw={(signal) => call("prepared", { id, how, epoch: { seed: seed.value, epoch: at } }, { signal })}
    />
  );
}

function NumberField({ label, value, least, onChange }: {
  label: string;
  value: number;
  least: number;
  onChange: (value: number) => void;
}) {
  return (
    <label>
      {label}{" "}
      <input
        type="number"
        min={least}
        step={1}
        value={value}
        onInput={({ currentTarget: { valueAsNumber: value } }) => {
          if (Number.isInteger(value) && value >= least) onChange(value);
        }}
      />
    </label>
  );
}
