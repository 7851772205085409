/** Ways in which files come into a room: dropped on the page, or chosen in the browser's own dialog. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Source } from "../../protocol/source.ts";
import { chosenFiles, droppedSource } from "./given.ts";

/** Gets what came. */
type Take = (source: Source) => void;

/** A button for the browser's own dialog. */
export function FileChooser(
  { label, isFolder = false, take }: { label: string; isFolder?: boolean; take: Take },
) {
  return (
    <label class="button">
      {label}
      <input
        type="file"
        multiple
        class="unseen"
        {...(isFolder ? { webkitdirectory: true } : {})}
        onChange={({ currentTarget }) => {
          const files = chosenFiles(currentTarget.files ?? []);
          if (files.length > 0) take({ kind: "files", files });
          currentTarget.value = "";
        }}
      />
    </label>
  );
}

/** Takes what is dropped anywhere on the page; true while something is held over it. */
export function useDrop(take: Take): boolean {
  const isOver = useSignal(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      event.preventDefault();
      isOver.value = true;
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) isOver.value = false;
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      isOver.value = false;
      if (event.dataTransfer !== null) void droppedSource(event.dataTransfer).then(take);
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, []);
  return isOver.value;
}
