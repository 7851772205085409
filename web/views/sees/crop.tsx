/** An image with the parts that evaluation cuts off drawn on it, beside what is left for the network. */
import type { Row } from "../../protocol/calls.ts";
import type { ImageLoss, Sized } from "../../protocol/sees_calls.ts";
import { looked } from "../../state/preview.ts";
import { call } from "../../state/session.ts";
import { Bitmap, Picture } from "../images/picture.tsx";
import { useCall } from "../use_call.ts";
import { Sliders } from "./sliders.tsx";
import { lossInWords, scaleInWords } from "./words.ts";
import { Path } from "../path.tsx";

/** The section. */
export function Crop({ rows, now, how }: { rows: readonly Row[]; now: Row; how: Sized }) {
  const { train: _, ...evaluation } = how, ids = rows.map(({ id }) => id);
  const { answer = [], fault } = useCall("losses", { ids, how: evaluation });
  const loss = answer[rows.indexOf(now)];
  return (
    <section aria-labelledby="crop-title">
      <h2 id="crop-title">What evaluation cuts off</h2>
      {fault !== undefined && <p class="fault">{fault}</p>}
      <div class="crop">
        <figure style={aspectOf(loss)}>
          <CutPicture row={now} loss={loss} side={480} alt={`${now.path}, with what is cut off`} />
          <figcaption aria-live="polite">
            {loss && <b>{lossInWords(loss)}</b>}
            <small>
              {now.className}: <Path path={now.path} />
            </small>
          </figcaption>
        </figure>
        <figure>
          <Bitmap
            what={JSON.stringify([now.id, evaluation])}
            alt={`What the network gets of ${now.path}`}
            draw={(signal) => call("prepared", { id: now.id, how }, { signal })}
          />
          <figcaption>
            <b>The network gets {how.imageSize} x {how.imageSize} pixels</b>
            {loss && <small>{scaleInWords(loss)}</small>}
          </figcaption>
        </figure>
      </div>
      <Sliders list="eval" />
      <ul class="strip" aria-label="Images of several shapes and classes">
        {rows.map((row, i) => (
          <li key={row.id}>
            <button
              type="button"
              aria-pressed={row === now}
              aria-label={`${row.className}, ${row.path}`}
              onClick={() => looked.value = row.id}
            >
              <CutPicture row={row} loss={answer[i]} side={160} alt="" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The shape of an image, for the style sheet. */
function aspectOf(loss: ImageLoss | undefined) {
  return { "--aspect": `${loss === undefined ? 1 : loss.width / loss.height}` };
}

function CutPicture({ row, loss, side, alt }: {
  row: Row;
  loss: ImageLoss | undefined;
  side: number;
  alt: string;
}) {
  return (
    <span class="cut-picture" style={aspectOf(loss)}>
      <Picture id={row.id} side={side} alt={alt} />
      {loss && <Cut loss={loss} />}
    </span>
  );
}

/** The lost parts, which do not overlap: left and right from top to bottom, the others between them. */
function Cut({ loss: { left, right, top, bottom } }: { loss: ImageLoss }) {
  const at = (share: number) => `${100 * share}%`, between = { left: at(left), right: at(right) };
  const parts = [
    [left, { left: 0, top: 0, bottom: 0, width: at(left) }],
    [right, { right: 0, top: 0, bottom: 0, width: at(right) }],
    [top, { ...between, top: 0, height: at(top) }],
    [bottom, { ...between, bottom: 0, height: at(bottom) }],
  ] as const;
  return (
    <>
      {parts.map(([share, style], i) => share > 0.001 && <span key={i} class="lost" style={style} />)}
    </>
  );
}
