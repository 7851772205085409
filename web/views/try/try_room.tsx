/** Try it: a model on images of the user's, with what speaks for a class. */
import { amount } from "../../../src/data/words.ts";
import { useEffect } from "preact/hooks";
import { meetEngine, noEngine } from "../../state/engine.ts";
import { busy, cancelTrying, findOwn, images, model, takeIn, tried } from "../../state/trying.ts";
import { fault } from "../../state/session.ts";
import { FileChooser, useDrop } from "../data/ways_in.tsx";
import { BatchSection } from "./batch_section.tsx";
import { FromDataset } from "./from_dataset.tsx";
import { ModelSection } from "./model_section.tsx";
import { usePaste } from "./paste.ts";
import { TriedSection } from "./tried_section.tsx";
import { Webcam } from "./webcam.tsx";

/** The room. */
export function TryRoom() {
  useEffect(() => {
    void meetEngine();
    findOwn().catch((error) => fault.value = `Cannot list the page's own weights: ${error}`);
  }, []);
  const isOver = useDrop(takeIn);
  usePaste();
  return (
    <>
      {noEngine.value !== undefined && (
        <p class="fault" role="status">
          Checkpoints cannot be tried here; ONNX files can. {noEngine.value}
        </p>
      )}
      <ModelSection />
      <section class={isOver ? "drop over narrow" : "drop narrow"} aria-labelledby="try-images-title">
        <h2 id="try-images-title">Images to try it on</h2>
        <p>Drop an image or many, paste one, or take one with the camera.</p>
        <div class="ways-in">
          <FileChooser label="Choose images" take={takeIn} />
          <FileChooser label="Choose a folder" isFolder take={takeIn} />
          <Webcam />
          <FromDataset />
        </div>
      </section>
      <Busy />
      {images.value.length > 0 && model.value === undefined && busy.value === undefined && (
        <p role="status">Open a model, and it says what it sees.</p>
      )}
      {tried.value !== undefined && <TriedSection tried={tried.value} />}
      {images.value.length > 1 && model.value !== undefined && <BatchSection />}
    </>
  );
}

/** What is going on, with a way out. */
function Busy() {
  const now = busy.value;
  if (now === undefined) return null;
  const isCounted = typeof now !== "string";
  return (
    <section class="under-way">
      <progress aria-label="Under way" {...(isCounted ? { value: now.done, max: now.total } : {})} />
      <span class="count" aria-live="polite">
        {isCounted ? `Classifying images: ${amount(now.done)} of ${amount(now.total)}` : `${now}…`}
      </span>
      <button type="button" onClick={cancelTrying}>Cancel</button>
    </section>
  );
}
