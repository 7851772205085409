/** Whether a batch could be learnt by heart, why not, and its images. */
import type { Run } from "../../state/learning.ts";
import { Picture } from "../images/picture.tsx";
import { Path } from "../path.tsx";

const LOOKS = { learns: "done", contradictory: "bad", diverges: "bad", slow: "sample", stuck: "bad" };

/** The section. */
export function OverfitVerdict({ run: { judgement, batch } }: { run: Run }) {
  if (judgement === undefined || batch === undefined) return null;
  const { images, contradictions } = batch, isShown = judgement.kind === "contradictory";
  const shown = isShown ? images.filter(({ id }) => contradictions.includes(id)) : images;
  return (
    <section aria-labelledby="judgement-title">
      <h2 id="judgement-title">
        <b class={`badge ${LOOKS[judgement.kind]}`}>{judgement.title}</b>
      </h2>
      <p role="status">{judgement.reason}</p>
      <ul class="batch" aria-label={isShown ? "Images under two labels" : "Images of the batch"}>
        {shown.map(({ id, path, className }) => (
          <li key={id} title={path}>
            <Picture id={id} side={72} alt="" />
            <span>{className}</span>
            {isShown && <Path path={path} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
