/** Ways to mix batches: which of them are drawn from, their numbers, and how large a batch is. */
import type { MixingOption, MixingValue, MixingWay } from "../../protocol/sees_calls.ts";
import { batchSize } from "../../state/preview.ts";
import { mixingWays, setWay, toggleWay, ways } from "../../state/transforms.ts";
import { NumberField } from "../number_field.tsx";
import { Slider } from "./sliders.tsx";

const GRAIN = 0.05;

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
      {chosen && options.map((option) => (
        <Option
          key={option.name}
          way={name}
          option={option}
          value={chosen[option.name] ?? option.value}
        />
      ))}
    </>
  );
}

/** A number, one of several names, or a switch; others are as the preset or the defaults have them. */
function Option({ way, option: { name, least, most, choices }, value }: {
  way: string;
  option: MixingOption;
  value: MixingValue;
}) {
  const label = `${way} ${name}`, set = (value: MixingValue) => setWay(way, name, value);
  if (typeof value === "object") return null;
  return (
    <div class="option">
      <span>{name}</span>
      {typeof value === "number" &&
        <Slider label={label} least={least} most={most} grain={GRAIN} value={value} onInput={set} />}
      {typeof value === "boolean" && (
        <input
          type="checkbox"
          aria-label={label}
          checked={value}
          onChange={({ currentTarget }) => set(currentTarget.checked)}
        />
      )}
      {typeof value === "string" && (
        <select
          aria-label={label}
          value={value}
          onChange={({ currentTarget }) => set(currentTarget.value)}
        >
          {choices.map((choice) => <option key={choice}>{choice}</option>)}
        </select>
      )}
    </div>
  );
}
