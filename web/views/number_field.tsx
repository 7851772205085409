/** A field for a whole number. */

/** The field with its label; `onChange` gets what is at least `least`. */
export function NumberField({ label, value, least, onChange }: {
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
