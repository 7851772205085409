/** A comparison of runs, built by the script that also builds the file of `deno task report`. */
import { useEffect, useRef } from "preact/hooks";
import type { Comparison } from "../../../src/plots/report/comparison.ts";
import { counted } from "../../../src/data/words.ts";
import { part } from "../../protocol/part.ts";
import { save } from "../../state/save.ts";
import { call, showFault } from "../../state/session.ts";

/** The file that a comparison is saved as. */
const PAGE = "comparison.html";

async function savePage(): Promise<void> {
  save(PAGE, await call("comparisonPage", {}));
}

/** The comparison. */
export function RunComparison({ comparison }: { comparison: Comparison }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let end: (() => void) | undefined, isGone = false;
    void part(import("./build_comparison.ts")).then(({ build }) => {
      if (!isGone) end = build(place.current!, comparison);
    }).catch(showFault);
    return () => {
      isGone = true;
      end?.();
    };
  }, [comparison]);
  const { title, runs, unfinished } = comparison;
  return (
    <>
      <p>
        <b>{counted(runs.length, "run")}</b>
        {unfinished.length > 0 && `, ${unfinished.length} unfinished`} <code>{title}</code>{" "}
        <button type="button" onClick={() => void savePage().catch(showFault)}>Save {PAGE}</button>
      </p>
      <div class="comparison" ref={place} />
    </>
  );
}
