/** Take it away: the command that does the same for real, and the files of the page's own training. */
import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { RunFile } from "../../protocol/engine_calls.ts";
import { trainCommand } from "../../state/command.ts";
import { decisions } from "../../state/decisions.ts";
import { engine } from "../../state/engine.ts";
import { results, run } from "../../state/learning.ts";
import { plan, planOverrides } from "../../state/plan.ts";
import { save } from "../../state/save.ts";
import { PATCH, savePatch } from "../../state/save_patch.ts";
import { showFault, summary } from "../../state/session.ts";
import { CopyText } from "../copy_text.tsx";
import { Onnx } from "./onnx.tsx";
import { Path } from "../path.tsx";

/** The room. */
export function TakeRoom() {
  const known = summary.value;
  if (known === undefined) return null;
  const isPatched = decisions.value.size > 0;
  const chosen = run.value?.kind === "training" ? run.value.overrides : planOverrides(plan.value);
  const overrides = [...chosen, ...(isPatched ? [`data.patch=${PATCH}`] : [])];
  return (
    <>
      <section aria-labelledby="command-title">
        <h2 id="command-title">The same on the command line</h2>
        <p>
          It trains on the same images, in the same order, from the same weights; put the path of the dataset
          in the place of its name. More epochs, larger images and a GPU make it a real training.
        </p>
        <CopyText title="The command" text={trainCommand(known, overrides)} />
        {isPatched && (
          <p>
            Your decisions go with it:{" "}
            <button type="button" onClick={() => void savePatch().catch(showFault)}>Save {PATCH}</button>
          </p>
        )}
      </section>
      <RunFiles />
    </>
  );
}

/** What the page's own training has left. */
function RunFiles() {
  const exports = useSignal(0), files = useRunFiles(results.value, exports.value);
  return (
    <section aria-labelledby="files-title">
      <h2 id="files-title">The training of this tab</h2>
      {files.length === 0
        ? <p>None yet. What it leaves can be saved here: weights, report, labels, logs.</p>
        : (
          <>
            <p>
              The files that <code>deno task train</code>{" "}
              leaves: resume, evaluate or export them there, or open the report in any browser.
            </p>
            <div class="table-frame" tabIndex={0} role="group" aria-labelledby="files-title">
              <table class="counts files">
                <tbody>
                  {files.map((file) => <FileRow key={file.path} file={file} />)}
                </tbody>
              </table>
            </div>
            <Onnx key={results.value} onWritten={() => exports.value++} />
          </>
        )}
    </section>
  );
}

/** What people look for first, and what it is. */
const KNOWN: Readonly<Record<string, string>> = {
  "weights/best.safetensors": "best weights: evaluate, export, predict",
  "weights/last.safetensors": "last state: resume from here",
  "report.html": "the report, one page",
  "labels_mapping.json": "classes by number, normalisation",
  "model.onnx": "ONNX",
};

function FileRow({ file: { path, bytes } }: { file: RunFile }) {
  const name = path.split("/").at(-1)!;
  return (
    <tr>
      <th scope="row">
        <Path path={path} />
      </th>
      <td>{KNOWN[path] ?? ""}</td>
      <td>{size(bytes)}</td>
      <td>
        <button
          type="button"
          aria-label={`Save ${path}`}
          onClick={() => void saveFile(path, name).catch(showFault)}
        >
          Save
        </button>
      </td>
    </tr>
  );
}

function useRunFiles(results: number, exports: number): readonly RunFile[] {
  const [files, setFiles] = useState<readonly RunFile[]>([]);
  useEffect(() => {
    if (results === 0) return;
    const place = ({ path }: RunFile) => {
      const at = Object.keys(KNOWN).indexOf(path);
      return at < 0 ? Infinity : at;
    };
    engine("runFiles", {}).then(
      (all) => setFiles(all.toSorted((a, b) => place(a) - place(b) || (a.path < b.path ? -1 : 1))),
      showFault,
    );
  }, [results, exports]);
  return files;
}

async function saveFile(path: string, name: string): Promise<void> {
  save(name, await engine("runFile", path));
}

function size(bytes: number): string {
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
