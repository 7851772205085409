/** Where data comes in: dropped, chosen, or drawn; and how it was read. */
import type { Source } from "../../protocol/source.ts";
import { cancel, open, phase } from "../../state/session.ts";
import { isShooting } from "../../state/shots.ts";
import { CameraSection } from "./camera_section.tsx";
import { FileChooser, useDrop } from "./ways_in.tsx";
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
          {isShooting.value && <CameraSection />}
          <DropPlace title="Open something else" />
        </>
      );
    case "empty":
      return (
        <>
          {isShooting.value && <CameraSection />}
          <DropPlace title="Drop your images here" />
          <WhatComes />
        </>
      );
  }
}

function DropPlace({ title }: { title: string }) {
  const take = (source: Source) => void open(source), isOver = useDrop(take);
  return (
    <section class={isOver ? "drop over" : "drop"} aria-labelledby="drop-title">
      <h2 id="drop-title">{title}</h2>
      <p>
        A folder, a .zip or .tar, loose images, a table of labels (CSV, JSONL), or several of them. Folders
        for classes, for splits, both or neither: what is unclear, you are asked.
      </p>
      <div class="ways-in">
        <FileChooser label="Choose a folder" isFolder take={take} />
        <FileChooser label="Choose files" take={take} />
        {!isShooting.value && (
          <button type="button" onClick={() => isShooting.value = true}>Take them with the camera</button>
        )}
        <button type="button" onClick={() => void open({ kind: "drawn" })}>Draw jersey numbers</button>
      </div>
    </section>
  );
}

/** What the rooms do, for those who are here for the first time. */
function WhatComes() {
  return (
    <ol class="what-comes">
      <li>
        <b>See what is wrong.</b>{" "}
        Unreadable files, copies, images that are in two splits, labels that contradict each other: first from
        a sample, within seconds.
      </li>
      <li>
        <b>Fix it by keyboard.</b>{" "}
        Drop, relabel and move images. What you decide is kept in this browser, and saved as a patch or a
        cleaned .zip.
      </li>
      <li>
        <b>Find out whether it can be learnt.</b>{" "}
        A small network is trained in this tab, and shows which images it gets wrong.
      </li>
      <li>
        <b>Take it away.</b> The command that trains on it for real, the weights, and a report.
      </li>
    </ol>
  );
}
