/** Ways in which files come into a room: dropped on the page, or chosen in the browser's own dialog. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Source } from "../../protocol/source.ts";
import { showFault } from "../../state/session.ts";
import { chosenFiles, chosenFolder, droppedSource, pickFolder } from "./given.ts";

/** Gets what came. */
type Take = (source: Source) => void;

/**
 * A button for the browser's own dialog. Where a folder can be had as a handle, it is: its files are listed by a worker,
 * while those of an input all come at once, in a task of the main thread that is as long as they are many.
 */
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
        onClick={(event) => {
          event.currentTarget.value = ""; // the same files may be chosen again
          if (isFolder && pickFolder !== undefined) {
            event.preventDefault();
            void chosenFolder(pickFolder).then((source) => source && take(source), showFault);
          }
        }}
        onChange={async ({ currentTarget: { files } }) => {
          const named = await chosenFiles(files ?? []);
          if (named.length > 0) take({ kind: "files", files: named });
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
      if (event.dataTransfer !== null) void droppedSource(event.dataTransfer).then(take).catch(showFault);
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
