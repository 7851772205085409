/** Sliders for the numbers of the preset, by transform. */
import type { ComponentChildren } from "preact";
import type { PresetOption } from "../../protocol/sees_calls.ts";
import { edits, preset, presetName, reset, setValue, valuesOf } from "../../state/transforms.ts";

/** The sliders of the steps of training or evaluation, and what goes with them; nothing where they have no numbers. */
export function Sliders({ list, children }: { list: "train" | "eval"; children?: ComponentChildren }) {
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
      {children}
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
        <Slider
          key={at}
          label={[option.transform, name, ends[at]].join(" ").trim()}
          least={least}
          most={most}
          grain={grain}
          value={value}
          onInput={(value) => setValue(option, at, value)}
        />
      ))}
    </div>
  );
}

/** A slider with its value beside it. */
export function Slider({ label, least, most, grain, value, onInput }: {
  label: string;
  least: number;
  most: number;
  grain: number;
  value: number;
  onInput: (value: number) => void;
}) {
  return (
    <span class="slider">
      <input
        type="range"
        aria-label={label}
        min={least}
        max={most}
        step={grain}
        value={value}
        onInput={({ currentTarget }) => onInput(currentTarget.valueAsNumber)}
      />
      <output>{Number(value.toFixed(2))}</output>
    </span>
  );
}
