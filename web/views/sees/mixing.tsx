/** Ways to mix batches: which of them are drawn from, their numbers, and how large a batch is. */
import type { MixingWay } from "../../protocol/sees_calls.ts";
import { batchSize } from "../../state/preview.ts";
import { mixingWays, setWay, toggleWay, ways } from "../../state/transforms.ts";
import { NumberField } from "../number_field.tsx";
import { Slider } from "./sliders.tsx";

/** What sliders offer. */
const SCALE = { least: 0.05, most: 4, grain: 0.05 };

/** The controls. */
export function MixingControls() {
  return (
    <fieldset>
      <legend>Mixing batches</legend>
      {mixingWays.value.map((way) => <Way key={way.name} way={way} />)}
      {ways.value.length > 0 && (
        <NumberField
          label="images in a batch"
          value={batchSize.value}
          least={1}
          onChange={(size) => batchSize.value = size}
        />
      )}
    </fieldset>
  );
}

function Way({ way }: { way: MixingWay }) {
  const { name, about, options } = way, chosen = ways.value.find((each) => name in each)?.[name];
  return (
    <>
      <label class="mixing-way">
        <input type="checkbox" checked={chosen !== undefined} onChange={() => toggleWay(way)} /> {about}
      </label>
      {chosen &&
        Object.entries({ ...options, ...chosen }).map(([option, value]) => (
          <div key={option} class="option">
            <span>{option}</span>
            <Slider
              label={`${name} ${option}`}
              {...SCALE}
              value={value}
              onInput={(value) => setWay(name, option, value)}
            />
          </div>
        ))}
    </>
  );
}
