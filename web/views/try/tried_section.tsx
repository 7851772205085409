/** What the model says about an image: the likeliest classes, and what speaks for one of them. */
import { amount } from "../../../src/data/words.ts";
import { useSignal } from "@preact/signals";
import { asked, current, images, model, tryImage } from "../../state/trying.ts";
import type { Tried } from "../../protocol/try_calls.ts";
import { Bitmap } from "../images/picture.tsx";
import { percent } from "../percent.ts";

/** Told apart, so that each is drawn anew. */
const numbers = new WeakMap<Tried, number>();
let last = 0;

function numberOf(tried: Tried): number {
  const number = numbers.get(tried) ?? ++last;
  numbers.set(tried, number);
  return number;
}

/** The section. */
export function TriedSection({ tried }: { tried: Tried }) {
  const isHot = useSignal(true);
  const { guesses: [first], seen, heat } = tried, name = images.value[current.value];
  const shown = isHot.value && heat !== undefined ? heat.bitmap : seen;
  return (
    <section class="tried" aria-labelledby="tried-title">
      <h2 id="tried-title">
        {first.label} <small>{percent(first.confidence)}, {name}</small>
      </h2>
      <div class="tried-parts">
        <div class="tried-image">
          <Bitmap
            what={`${numberOf(tried)} ${shown === seen ? "seen" : "heat"}`}
            alt={shown === seen ? `${name} as the model sees it` : `${name} with what speaks for ${heat!.of}`}
            draw={() => createImageBitmap(shown)}
          />
          {heat === undefined
            ? <p class="example">{model.value?.runtime} gives no gradients, so there is no heat.</p>
            : (
              <>
                <label>
                  <input
                    type="checkbox"
                    checked={isHot.value}
                    onChange={({ currentTarget }) => isHot.value = currentTarget.checked}
                  />{" "}
                  What speaks for <b>{heat.of}</b>
                </label>
                <p class="example">GradCAM of {heat.layer}, {heat.size} values: the brighter, the more.</p>
              </>
            )}
        </div>
        <div>
          <Guesses tried={tried} />
          {heat !== undefined && <ClassChoice />}
        </div>
      </div>
      {images.value.length > 1 && <Steps />}
    </section>
  );
}

function Guesses({ tried: { guesses, heat } }: { tried: Tried }) {
  return (
    <ol class="guesses" aria-label="Likeliest classes">
      {guesses.map(({ label, index, confidence }) => (
        <li key={index}>
          {heat === undefined ? <b>{label}</b> : (
            <button
              type="button"
              aria-pressed={heat.of === label}
              title={`Show what speaks for ${label}`}
              onClick={() => void tryImage(current.value, index)}
            >
              {label}
            </button>
          )}
          <meter min={0} max={1} value={confidence} aria-hidden="true" />
          <span>{percent(confidence)}</span>
        </li>
      ))}
    </ol>
  );
}

/** Any class, for those that are not among the likeliest. */
function ClassChoice() {
  return (
    <label class="class-choice">
      Show what speaks for{" "}
      <select
        value={asked.value ?? ""}
        onChange={({ currentTarget: { value } }) =>
          void tryImage(current.value, value === "" ? undefined : Number(value))}
      >
        <option value="">the predicted class</option>
        {model.value?.classes.map((name, i) => <option key={name} value={i}>{name}</option>)}
      </select>
    </label>
  );
}

/** From one image to the next. */
function Steps() {
  const at = current.value, { length } = images.value;
  return (
    <p class="steps">
      <button type="button" disabled={at === 0} onClick={() => void tryImage(at - 1)}>Previous</button>{" "}
      {amount(at + 1)} of {amount(length)}{" "}
      <button
        type="button"
        disabled={at === length - 1}
        onClick={() => void tryImage(at + 1)}
      >
        Next
      </button>
    </p>
  );
}
