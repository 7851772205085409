/** Where data comes in: dropped, chosen, or drawn; and how it was read. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { cancel, open, phase } from "../../state/session.ts";
import { chosenFiles, droppedSource } from "./given.ts";
import { HowRead } from "./how_read.tsx";
import { Question } from "./question.tsx";

/** The room. */
export function DataRoom() {
  const now = phase.value;
  switch (now.at) {
    case "opening":
      return (
        <section class="opening" aria-live="polite">
          <p>{now.what}…</p>
          <button type="button" onClick={cancel}>Cancel</button>
        </section>
      );
    case "question":
      return <Question reason={now.reason} ways={now.ways} />;
    case "open":
      return (
        <>
          <HowRead summary={now.summary} />
          <DropPlace title="Open something else" />
        </>
      );
    case "empty":
      return <DropPlace title="Drop your images here" />;
  }
}

function DropPlace({ title }: { title: string }) {
  const isOver = useDrop();
  return (
    <section class={isOver ? "drop over" : "drop"} aria-labelledby="drop-title">
      <h2 id="drop-title">{title}</h2>
      <p>
        A folder, a .zip or .tar, loose images, a table of labels (CSV, JSONL), or several of them. Folders
        for classes, for splits, both or neither: what is unclear, you are asked.
      </p>
      <div class="ways-in">
        <FileChooser label="Choose a folder" isFolder />
        <FileChooser label="Choose files" />
        <button type="button" onClick={() => void open({ kind: "drawn" })}>Draw jersey numbers</button>
      </div>
    </section>
  );
}

/** A button for the browser's own dialog. */
function FileChooser({ label, isFolder = false }: { label: string; isFolder?: boolean }) {
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
          if (files.length > 0) void open({ kind: "files", files });
          currentTarget.value = "";
        }}
      />
    </label>
  );
}

/** Takes what is dropped anywhere on the page; true while something is held over it. */
function useDrop(): boolean {
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
      if (event.dataTransfer !== null) void droppedSource(event.dataTransfer).then((source) => open(source));
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
