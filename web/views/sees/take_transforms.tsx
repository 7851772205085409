/** The chosen transforms for the command line: as a command, and as a file of its own. */
import { batchSize } from "../../state/preview.ts";
import { edits, presetName, transforms, ways } from "../../state/transforms.ts";
import { summary } from "../../state/session.ts";
import { save } from "../../state/save.ts";
import { trainCommand } from "../../state/command.ts";
import { CopyText } from "../copy_text.tsx";
import { useCall } from "../use_call.ts";

/** The section. */
export function TakeTransforms() {
  const { answer: file = "" } = useCall("presetFile", {
    name: presetName.value,
    edits: edits.value,
    batch: ways.value,
  });
  const size = ways.value.length > 0 ? [`data.batch_size=${batchSize.value}`] : [];
  const command = trainCommand(summary.value!, [...transforms.value.overrides, ...size]);
  return (
    <section aria-labelledby="take-transforms-title">
      <h2 id="take-transforms-title">Train with it</h2>
      <CopyText title="The command" text={command} />
      <details>
        <summary>As a file of presets</summary>
        <p>
          Saved as <code>FOLDER/transforms/mine.yaml</code>, it is chosen by{" "}
          <code>--config-dir FOLDER transforms=mine</code>.
        </p>
        <CopyText title="The file" text={file} />
        <button
          type="button"
          onClick={() => save("mine.yaml", new Blob([file], { type: "text/yaml" }))}
        >
          Save mine.yaml
        </button>
      </details>
    </section>
  );
}
