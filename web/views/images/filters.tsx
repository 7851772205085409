/** Which images are listed, and in which order. */
import { amount, counted } from "../../../src/data/words.ts";
import { SPLITS } from "../../../src/data/types.ts";
import type { Query } from "../../protocol/calls.ts";
import { decisions } from "../../state/decisions.ts";
import { among, ask, ids, query } from "../../state/gallery.ts";
import { summary, verdict } from "../../state/session.ts";
import { survey } from "../../state/survey.ts";

/** The bar of filters. */
export function Filters() {
  const { split, className, finding, side, decided, text } = query.value;
  const findings = verdict.value?.findings.filter(({ groups }) => groups > 0) ?? [];
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <Choice
        label="Split"
        value={split}
        options={SPLITS.map((name) => [name, name])}
        onChoose={(split) => ask({ split: split as Query["split"] })}
      />
      <Choice
        label="Class"
        value={className}
        options={(summary.value?.classes ?? []).map((name) => [name, name])}
        onChoose={(className) => ask({ className })}
      />
      <Choice
        label="Finding"
        value={finding}
        options={findings.map(({ kind, title }) => [kind, title])}
        onChoose={(finding) => ask({ finding: finding as Query["finding"] })}
      />
      <Choice
        label="Shorter side"
        value={side && String(side.from)}
        options={SIDES.map(({ from, below }) => [String(from), sideInWords(from, below)])}
        onChoose={(from) => ask({ side: SIDES.find((side) => String(side.from) === from) })}
      />
      <Choice
        label="Decision"
        value={decided && (decided.isSo ? "yes" : "no")}
        options={[["no", "none yet"], ["yes", "decided"]]}
        onChoose={(chosen) => ask({ decided: chosen === "" ? "" : decidedNow(chosen === "yes") })}
      />
      {survey.value !== undefined && <Predicted classes={survey.value.classes} />}
      <Sort />
      <input
        type="search"
        aria-label="Part of a path"
        placeholder="part of a path"
        value={text ?? ""}
        onInput={({ currentTarget }) => ask({ text: currentTarget.value })}
      />
      {query.value.among !== undefined && (
        <button type="button" onClick={() => ask({ among: undefined })}>Only {among.value} ✕</button>
      )}
      <output>{counted(ids.value.length, "image")}</output>
    </form>
  );
}

/** In which order. */
function Sort() {
  return (
    <label>
      Sort{" "}
      <select
        value={query.value.sort}
        onChange={({ currentTarget }) => ask({ sort: currentTarget.value as Query["sort"] })}
      >
        <option value="order">as read</option>
        <option value="class">by class</option>
        <option value="size">by size</option>
        <option value="path">by path</option>
        {survey.value !== undefined && <option value="confidence">by confidence, lowest first</option>}
      </select>
    </label>
  );
}

/** Pixels at which the choices of sides begin, each up to the next. */
const BOUNDS = [0, 16, 32, 64, 128, 256, 512, 1024, Infinity];
const SIDES = BOUNDS.slice(0, -1).map((from, i) => ({ from, below: BOUNDS[i + 1] }));

function sideInWords(from: number, below: number): string {
  if (below === Infinity) return `${amount(from)} px or more`;
  return from === 0 ? `under ${below} px` : `${from} to ${amount(below - 1)} px`;
}

/** The images on which something has been decided by now, or the others. */
function decidedNow(isSo: boolean): NonNullable<Query["decided"]> {
  return { paths: new Set(decisions.value.keys()), isSo };
}

/** By what the page's network sees. */
function Predicted({ classes }: { classes: readonly string[] }) {
  const { predicted } = query.value, is = "is ";
  return (
    <Choice
      label="Prediction"
      value={predicted === "wrong" ? predicted : predicted && is + predicted.className}
      options={[["wrong", "not the label"], ...classes.map((name) => [is + name, name] as const)]}
      onChoose={(chosen) =>
        ask({
          predicted: chosen === "" || chosen === "wrong" ? chosen : { className: chosen.slice(is.length) },
        })}
    />
  );
}

function Choice({ label, value, options, onChoose }: {
  label: string;
  value: string | undefined;
  options: readonly (readonly [value: string, title: string])[];
  onChoose: (value: string) => void;
}) {
  return (
    <label>
      {label}{" "}
      <select value={value ?? ""} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        <option value="">all</option>
        {options.map(([value, title]) => <option key={value} value={value}>{title}</option>)}
      </select>
    </label>
  );
}
