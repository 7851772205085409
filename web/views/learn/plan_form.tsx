/** What is trained, and how. */
import { engineFacts } from "../../state/engine.ts";
import { isBusy } from "../../state/learning.ts";
import { plan, replan } from "../../state/plan.ts";
import { choosePreset, imageSize, presetName, SIZES } from "../../state/transforms.ts";

/** The form; its values are used by the next run. */
export function PlanForm() {
  const { model, epochs, batch, rate, images } = plan.value, facts = engineFacts.value;
  return (
    <fieldset class="plan" disabled={isBusy()}>
      <legend class="unseen">What is trained, and how</legend>
      <Choice
        label="Network"
        value={model}
        options={facts?.models ?? [model]}
        onChange={(model) => replan({ model })}
      />
      <Choice
        label="Image side, pixels"
        value={`${imageSize.value}`}
        options={SIZES.map(String)}
        onChange={(size) => imageSize.value = Number(size)}
      />
      <Amount label="Epochs" value={epochs} least={1} onChange={(epochs) => replan({ epochs })} />
      <Amount label="Images a step" value={batch} least={2} onChange={(batch) => replan({ batch })} />
      <Amount label="Rate" value={rate} least={0} step="any" onChange={(rate) => replan({ rate })} />
      <Amount
        label="Images an epoch"
        value={images}
        least={2}
        onChange={(images) => replan({ images })}
        onEmpty={() => replan({ images: undefined })}
      />
      <Choice
        label="Augmentation"
        value={presetName.value}
        options={facts?.transforms ?? [presetName.value]}
        onChange={choosePreset}
      />
    </fieldset>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {options.map((option) => <option key={option} value={option}>{option}</option>)}
      </select>
    </label>
  );
}

interface AmountProps {
  readonly label: string;
  readonly value: number | undefined;
  readonly least: number;
  readonly step?: string;
  readonly onChange: (value: number) => void;
  readonly onEmpty?: () => void;
}

/** A number; what is not one, or too small, changes nothing. */
function Amount({ label, value, least, step = "1", onChange, onEmpty }: AmountProps) {
  return (
    <label>
      {label}
      <input
        type="number"
        min={least}
        step={step}
        value={value ?? ""}
        placeholder={onEmpty && "all"}
        onChange={({ currentTarget }) => {
          const { value: text, valueAsNumber } = currentTarget;
          if (text === "" && onEmpty) onEmpty();
          else if (valueAsNumber >= least && valueAsNumber > 0) onChange(valueAsNumber);
          else currentTarget.value = String(value ?? "");
        }}
      />
    </label>
  );
}
