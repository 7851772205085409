/** What evaluation loses over the dataset: by the chosen transforms, and by each preset. */
import { amount } from "../../../src/data/words.ts";
import type { ComponentChildren } from "preact";
import type { CropSummary } from "../../../src/data/transforms/crop_loss.ts";
import type { Sized } from "../../protocol/sees_calls.ts";
import { verdict } from "../../state/session.ts";
import { choosePreset, presetName, presets } from "../../state/transforms.ts";
import { useCall } from "../use_call.ts";
import { cropsInWords, percent, shareLosing } from "./words.ts";

const STEPS = ["nothing", "up to 10 %", "10 to 25 %", "25 to 50 %", "more than half"];

/** The section. */
export function CropTables({ how }: { how: Sized }) {
  const { train: _, ...own } = how, { imageSize } = own;
  const others = presets.value.map(({ eval: steps }) => ({ eval: steps, imageSize }));
  const { answer } = useCall("crops", [own, ...others], verdict.value);
  if (answer === undefined) return null;
  const [crops, ...each] = answer, files = verdict.value?.files ?? crops.images;
  return (
    <section aria-labelledby="crops-title">
      <h2 id="crops-title">Over the dataset</h2>
      <p aria-live="polite">
        <b>{cropsInWords(crops)}</b>{" "}
        <small>
          Of {amount(crops.images)} images whose sizes are known{crops.images < files &&
            `, of ${amount(files)} files`}.
        </small>
      </p>
      <Frame title="crops-title">
        <Shares crops={crops} />
      </Frame>
      <h3 id="presets-title">By each preset</h3>
      <p>
        <small>
          Images that lose over 10 % of their width or height; the area that is kept, on average; images that
          are stretched by half or more, and enlarged more than twice.
        </small>
      </p>
      <Frame title="presets-title">
        <Presets crops={each} />
      </Frame>
    </section>
  );
}

/** How many images lose how much. */
function Shares({ crops: { images, width, height } }: { crops: CropSummary }) {
  return (
    <table class="counts">
      <thead>
        <tr>
          <th scope="col">lost</th>
          <th scope="col">of the width</th>
          <th scope="col">of the height</th>
        </tr>
      </thead>
      <tbody>
        {STEPS.map((step, i) => (
          <tr key={step}>
            <th scope="row">{step}</th>
            <Share count={width[i]} images={images} />
            <Share count={height[i]} images={images} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The presets side by side; `crops` has what each of them loses. */
function Presets({ crops }: { crops: readonly CropSummary[] }) {
  return (
    <table class="counts">
      <thead>
        <tr>
          {["preset", "width lost", "height lost", "area kept", "stretched", "enlarged"].map((title) => (
            <th key={title} scope="col">{title}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {presets.value.map(({ name }, i) =>
          crops[i] && <PresetRow key={name} name={name} crops={crops[i]} />
        )}
      </tbody>
    </table>
  );
}

/** A table that is scrolled where it is too wide. */
function Frame({ title, children }: { title: string; children: ComponentChildren }) {
  return <div class="table-frame" tabIndex={0} role="group" aria-labelledby={title}>{children}</div>;
}

function Share({ count, images }: { count: number; images: number }) {
  return (
    <td>
      <meter min={0} max={Math.max(1, images)} value={count} aria-hidden="true" />
      {percent(images === 0 ? 0 : count / images)}
    </td>
  );
}

function PresetRow({ name, crops }: { name: string; crops: CropSummary }) {
  const { images, kept, stretched, enlarged } = crops,
    share = (count: number) => percent(images === 0 ? 0 : count / images);
  return (
    <tr>
      <th scope="row">
        <button type="button" aria-pressed={name === presetName.value} onClick={() => choosePreset(name)}>
          {name}
        </button>
      </th>
      <td>{percent(shareLosing(crops, "width"))}</td>
      <td>{percent(shareLosing(crops, "height"))}</td>
      <td>{percent(kept)}</td>
      <td>{share(stretched)}</td>
      <td>{share(enlarged)}</td>
    </tr>
  );
}
