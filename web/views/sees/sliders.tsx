/** Sliders for the numbers of the preset, by transform. */
import type { PresetOption } from "../../protocol/sees_calls.ts";
import { edits, preset, presetName, reset, setValue, valuesOf } from "../../state/transforms.ts";

/** The sliders of the steps of training or evaluation; nothing where they have no numbers. */
export function Sliders({ list }: { list: "train" | "eval" }) {
  const options = preset.value?.options.filter(({ key }) => key.startsWith(list)) ?? [];
  if (options.length === 0) return null;
  const steps = [...Map.groupBy(options, ({ key }) => key.slice(0, key.lastIndexOf(".")))];
  return (
    <div class="sliders">
      {steps.map(([step, options]) => (
        <fieldset key={`${presetName.value} ${step}`}>
          <legend>{options[0].transform}</legend>
          {options.map((option) => <Option key={option.key} option={option} />)}
        </fieldset>
      ))}
      <button
        type="button"
        disabled={!options.some(({ key }) => key in edits.value)}
        onClick={() => reset(options)}
      >
        As in the preset
      </button>
    </div>
  );
}

function Option({ option }: { option: PresetOption }) {
  const values = [valuesOf(option)].flat(), { name, isRange, least, most, grain, key } = option;
  const ends = isRange ? ["low", "high"] : values.length > 1 ? values.map((_, i) => `${i + 1}`) : [""];
  return (
    <div class={key in edits.value ? "option changed" : "option"}>
      <span>{name}</span>
      {values.map((value, at) => (
        <span key={at} class="slider">
          <input
            type="range"
            aria-label={[option.transform, name, ends[at]].join(" ").trim()}
            min={least}
            max={most}
            step={grain}
            value={value}
            onInput={({ currentTarget }) => setValue(option, at, currentTarget.valueAsNumber)}
          />
          <output>{Number(value.toFixed(2))}</output>
        </span>
      ))}
    </div>
  );
}
