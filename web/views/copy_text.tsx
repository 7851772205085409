/** A text to copy, such as a command line. */
import { useSignal } from "@preact/signals";

/** The text with its button, which is not there where a browser has no clipboard. */
export function CopyText({ title, text }: { title: string; text: string }) {
  const copied = useSignal("");
  const copy = () => navigator.clipboard.writeText(text).then(() => copied.value = text, () => {});
  return (
    <div class="to-copy">
      <pre tabIndex={0} role="group" aria-label={title}><code>{text}</code></pre>
      {navigator.clipboard !== undefined && (
        <button
          type="button"
          aria-label={`Copy: ${title}`}
          onClick={() => void copy()}
        >
          {copied.value === text ? "Copied" : "Copy"}
        </button>
      )}
    </div>
  );
}
