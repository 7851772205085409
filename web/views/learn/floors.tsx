/** What needs no training, and so has to be beaten. */
import { amount } from "../../../src/data/words.ts";
import { useEffect, useState } from "preact/hooks";
import type { Floors } from "../../../src/data/health/floors.ts";
import { decided } from "../../state/decisions.ts";
import { call, checking, showFault } from "../../state/session.ts";
import { percent } from "../percent.ts";

/** The section. */
export function FloorsSection() {
  const isChecked = checking.value.at === "done", found = useFloors(isChecked);
  return (
    <section aria-labelledby="floors-title" aria-busy={isChecked && found === "asking"}>
      <h2 id="floors-title">What needs no training</h2>
      {found === undefined
        ? <p>Nothing to compare with: that needs two classes, and images that validate.</p>
        : found === "asking"
        ? <p>{isChecked ? "Comparing images…" : "Follows when all files have been checked."}</p>
        : <Shares floors={found} />}
    </section>
  );
}

function Shares({ floors: { split, largest, neighbour } }: { floors: Floors }) {
  return (
    <>
      <ul class="tiles">
        <li>
          <b>{percent(largest.share)}</b>
          <span>always “{largest.className}”, the largest class</span>
        </li>
        <li>
          <b>{percent(neighbour.share)}</b>
          <span>the label of the most similar image of train</span>
        </li>
      </ul>
      <p>
        <small>
          Right answers on {split}; the second by {amount(neighbour.asked)} images, compared with{" "}
          {amount(neighbour.among)}{" "}
          of train at 8 x 8 pixels. A network that is no better has learnt nothing of use; a neighbour that is
          nearly always right means that the splits hold the same scenes.
        </small>
      </p>
    </>
  );
}

/** The floors, once all files have been looked at. */
function useFloors(isChecked: boolean): Floors | "asking" | undefined {
  const [found, setFound] = useState<Floors | "asking" | undefined>("asking");
  useEffect(() => {
    if (!isChecked) return setFound("asking");
    const stop = new AbortController();
    call("floors", decided(), { signal: stop.signal }).then(setFound, (error) => {
      if (!stop.signal.aborted) showFault(error);
    });
    return () => stop.abort();
  }, [isChecked]);
  return found;
}
