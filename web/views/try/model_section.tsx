/** Which model is tried, and where others come from. */
import { counted } from "../../../src/data/words.ts";
import { givenRun, model, offered, openModel, takeIn } from "../../state/trying.ts";
import { runs, subject } from "../../state/comparison.ts";
import { shown } from "../shown.ts";
import { FileChooser } from "../data/ways_in.tsx";

/** The section. */
export function ModelSection() {
  const open = model.value;
  return (
    <section aria-labelledby="try-model-title">
      <h2 id="try-model-title">Model</h2>
      {open === undefined
        ? (
          <p>
            Drop a checkpoint (<code>.safetensors</code>, <code>.pth</code>, <code>.pt</code>),{" "}
            an ONNX file or the folder of a run on this page, or choose one.
          </p>
        )
        : (
          <p>
            <b>{open.model ?? "A model"}</b> of <code>{open.path}</code> in {open.runtime}:{" "}
            {counted(open.classes.length, "class")}, {open.imageSize} px
          </p>
        )}
      {open !== undefined && open.notes.length > 0 && (
        <ul class="notes">{open.notes.map((note) => <li key={note}>{note}</li>)}</ul>
      )}
      <div class="ways-in start">
        {offered.value.map((path) => (
          <button
            type="button"
            key={path}
            aria-pressed={path === open?.path}
            onClick={() => void openModel(path)}
          >
            {nameOf(path)}
          </button>
        ))}
        <FileChooser label="Choose a model" take={takeIn} />
        <FileChooser label="Choose a run's folder" isFolder take={takeIn} />
        {givenRun.value !== undefined && (
          <button type="button" onClick={showRun}>Show the run's curves in Compare</button>
        )}
      </div>
    </section>
  );
}

/** The page's own weights are named by what they are. */
function nameOf(path: string): string {
  const [, own] = /^\/run\/weights\/(best|last)\.safetensors$/.exec(path) ?? [];
  return own === undefined ? path : `This page's training: ${own} weights`;
}

function showRun(): void {
  subject.value = "runs";
  void runs.start(givenRun.value!);
  shown.value = "compare";
}
