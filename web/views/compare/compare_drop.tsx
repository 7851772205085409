/** Where something to compare comes in. */
import type { ComponentChildren } from "preact";
import type { Source } from "../../protocol/source.ts";
import { FileChooser, useDrop } from "../data/ways_in.tsx";

/** The place; dropping works anywhere on the page. `children` say what may come. */
export function CompareDrop({ title, take, children }: {
  title: string;
  take: (source: Source) => Promise<void>;
  children: ComponentChildren;
}) {
  const give = (source: Source) => void take(source), isOver = useDrop(give);
  return (
    <section class={isOver ? "drop over" : "drop"} aria-labelledby="compare-drop-title">
      <h2 id="compare-drop-title">{title}</h2>
      <p>{children}</p>
      <div class="ways-in">
        <FileChooser label="Choose a folder" isFolder take={give} />
        <FileChooser label="Choose a file" take={give} />
      </div>
    </section>
  );
}
