/** The training as ONNX, and how far ONNX Runtime and the engine agree on it. */
import { useSignal } from "@preact/signals";
import type { ExportCheck } from "../../protocol/engine_calls.ts";
import { engine } from "../../state/engine.ts";
import { showFault } from "../../state/session.ts";

/** The button, then what it came to. */
export function Onnx({ onWritten }: { onWritten: () => void }) {
  const doing = useSignal<string | undefined>(undefined),
    check = useSignal<ExportCheck | undefined>(undefined);
  const write = async () => {
    doing.value = "Writing";
    try {
      check.value = await engine("exportOnnx", {}, { onProgress: (text) => doing.value = text });
      onWritten();
    } catch (error) {
      showFault(error);
    } finally {
      doing.value = undefined;
    }
  };
  return (
    <p class="ways-in start" aria-live="polite">
      <button type="button" disabled={doing.value !== undefined} onClick={() => void write()}>
        Write model.onnx
      </button>
      {doing.value !== undefined && <span>{doing.value}…</span>}
      {check.value !== undefined && doing.value === undefined && <Badge check={check.value} />}
    </p>
  );
}

function Badge({ check: { images, flips, worst } }: { check: ExportCheck }) {
  return (
    <span class="badge done">
      ONNX Runtime: the same class for {images - flips} of {images} held-out images, logits differ by at most
      {" "}
      {worst.toExponential(1)}
    </span>
  );
}
