/** How far a comparison is. */
import { amount } from "../../../src/data/words.ts";
import type { Doing } from "../../protocol/compare_calls.ts";

/** The bar, with a button that stops it. */
export function Reading({ doing: { what, done, total }, onCancel }: { doing: Doing; onCancel: () => void }) {
  const isCounted = done !== undefined && total !== undefined;
  return (
    <section class="under-way">
      <progress aria-label={what} {...(isCounted ? { value: done, max: total } : {})} />
      <span class="count">
        {isCounted ? `${what}: ${amount(done)} of ${amount(total)}` : `${what}…`}
      </span>
      <button type="button" onClick={onCancel}>Cancel</button>
    </section>
  );
}
