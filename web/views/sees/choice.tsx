/** The preset of transforms and the side of the network's input. */
import { choosePreset, imageSize, preset, presetName, presets, SIZES } from "../../state/transforms.ts";

/** The section. */
export function Choice() {
  return (
    <section class="choice" aria-labelledby="choice-title">
      <h2 id="choice-title">Transforms</h2>
      <div class="filters">
        <label>
          Preset{" "}
          <select
            value={presetName.value}
            onChange={({ currentTarget }) => choosePreset(currentTarget.value)}
          >
            {presets.value.map(({ name }) => <option key={name} value={name}>{name}</option>)}
          </select>
        </label>
        <label>
          Side of the network's input{" "}
          <select
            value={imageSize.value}
            onChange={({ currentTarget }) => imageSize.value = Number(currentTarget.value)}
          >
            {SIZES.map((side) => <option key={side} value={side}>{side} pixels</option>)}
          </select>
        </label>
      </div>
      <p>
        <small>{preset.value?.about}</small>
      </p>
    </section>
  );
}
