/** Images from the clipboard. */
import { useEffect } from "preact/hooks";
import { takeIn } from "../../state/trying.ts";

/** Takes images that are pasted anywhere on the page. */
export function usePaste(): void {
  useEffect(() => {
    const paste = ({ clipboardData }: ClipboardEvent) => {
      const files = [...clipboardData?.files ?? []].filter(({ type }) => type.startsWith("image/"));
      if (files.length > 0) takeIn({ kind: "files", files: files.map((file) => [file.name, file]) });
    };
    addEventListener("paste", paste);
    return () => removeEventListener("paste", paste);
  }, []);
}
