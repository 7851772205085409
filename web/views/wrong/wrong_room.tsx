/** Where it is wrong: what the network of the page's training confuses, doubts, and sees as alike. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { doubtful, type Known, survey } from "../../state/survey.ts";
import { ClassTable } from "./class_table.tsx";
import { Calibration } from "./calibration.tsx";
import { Gallery } from "./gallery.tsx";
import { Matrix } from "./matrix.tsx";
import { EmbeddingMap } from "./map.tsx";

/** Share of the images among which wrong labels are looked for. */
const SHARE = 0.1;

/** Rows that are looked at, and what they are. */
export interface Chosen {
  readonly title: string;
  readonly rows: readonly number[];
}

/** The room. */
export function WrongRoom() {
  const known = survey.value;
  if (known === undefined) {
    return (
      <section>
        <h2>Where it is wrong</h2>
        <p>
          Train first, in “Will it learn?”: then all images are looked at by the network, and this room shows
          what it confuses, which labels it doubts, and what it sees as alike.
        </p>
      </section>
    );
  }
  return <Results known={known} />;
}

function Results({ known }: { known: Known }) {
  const chosen = useSignal<Chosen | undefined>(undefined);
  const doubts = useMemo(() => doubtful(known, SHARE), [known]);
  const choose = (title: string, rows: readonly number[]) => chosen.value = { title, rows };
  return (
    <>
      <section aria-labelledby="doubts-title">
        <h2 id="doubts-title">Labels that the network doubts</h2>
        <p>
          Most doubtful first: another class is more likely than the label by far. After a training of few
          epochs wrong labels gather here; look at them, and relabel or drop. Press an image to see what
          speaks for its classes.
        </p>
        <Gallery known={known} title="doubtful labels" rows={doubts} />
      </section>
      <Matrix known={known} choose={choose} />
      {chosen.value !== undefined && (
        <section aria-labelledby="chosen-title">
          <h2 id="chosen-title">{chosen.value.title}</h2>
          <Gallery known={known} title={chosen.value.title} rows={chosen.value.rows} />
        </section>
      )}
      <ClassTable known={known} />
      <Calibration known={known} />
      <EmbeddingMap known={known} />
    </>
  );
}
