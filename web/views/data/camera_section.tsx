/** A dataset from the camera: name a class, hold the button to take images of it, and so for each class. */
import { useEffect, useRef } from "preact/hooks";
import { amount, counted } from "../../../src/data/words.ts";
import { showFault } from "../../state/session.ts";
import {
  addShot,
  isShooting,
  openShots,
  removeClass,
  removeLast,
  saveShots,
  type ShotClass,
  shotCount,
  shots,
  subject,
} from "../../state/shots.ts";
import { useCamera } from "../camera.ts";
import { Bitmap } from "../images/picture.tsx";

/** The section; it switches the camera on. */
export function CameraSection() {
  const camera = useCamera(), { isOn, view } = camera;
  useEffect(() => void camera.begin(), []);
  return (
    <section aria-labelledby="camera-title">
      <h2 id="camera-title">Take images with the camera</h2>
      <div class="shooting">
        <div>
          {isOn
            ? <video ref={view} autoPlay muted playsInline aria-label="What the camera sees" />
            : (
              <p class="camera-off">
                <button type="button" onClick={() => void camera.begin()}>Camera on</button>
              </p>
            )}
          <label class="subject">
            Class{" "}
            <input
              type="text"
              placeholder="type a class name"
              value={subject.value}
              onInput={({ currentTarget }) => subject.value = currentTarget.value}
            />
          </label>
          <HoldButton
            isClosed={!isOn || subject.value.trim() === ""}
            take={() => camera.take("image/jpeg")}
          />
        </div>
        <Taken />
      </div>
      <div class="ways-in start">
        <button type="button" disabled={shots.value.length < 2} onClick={() => void openShots()}>
          Check {counted(shotCount.value, "image")}
        </button>
        <button
          type="button"
          disabled={shotCount.value === 0}
          onClick={() => void saveShots().catch(showFault)}
        >
          Save camera.zip
        </button>
        <button type="button" onClick={() => isShooting.value = false}>Camera off</button>
      </div>
      {shots.value.length < 2 && <p class="example">A network tells classes apart: it takes two at least.</p>}
    </section>
  );
}

/** Milliseconds from one image to the next while the button is held. */
const EVERY = 150;

/** Takes an image when it is pressed, and more while it is held, by pointer or keyboard. */
function HoldButton({ isClosed, take }: { isClosed: boolean; take: () => Promise<Blob> }) {
  const isHeld = useRef(false), isPressed = useRef(false), isTaking = useRef(false);
  const hold = async () => {
    isHeld.current = isPressed.current = true;
    if (isTaking.current) return;
    isTaking.current = true;
    try {
      do {
        isPressed.current = false; // a press while an image is taken asks for one more
        const name = subject.value.trim(); // which may be another one by the time that the image is there
        addShot(name, await take());
        await new Promise((resolve) => setTimeout(resolve, EVERY));
      } while (isHeld.current || isPressed.current);
    } catch (error) {
      showFault(error);
    } finally {
      isTaking.current = false;
    }
  };
  const release = () => void (isHeld.current = false);
  useEffect(() => release, []);
  const isPress = ({ key }: KeyboardEvent) => key === " " || key === "Enter";
  return (
    <button
      type="button"
      class="hold"
      disabled={isClosed}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        void hold();
      }}
      onPointerUp={release}
      onPointerCancel={release}
      onKeyDown={(event) => {
        if (!isPress(event)) return;
        event.preventDefault(); // a press would come as a click, too
        if (!event.repeat) void hold();
      }}
      onKeyUp={release}
      onBlur={release}
      onClick={({ detail }) => {
        if (detail > 0) return; // the pointer's, which has been down
        void hold();
        release();
      }}
    >
      Hold to take images
    </button>
  );
}

/** Images of a class that are shown. */
const SHOWN = 8;

/** What has been taken, by class. */
function Taken() {
  return (
    <ul class="shot-classes" aria-label="Classes">
      {shots.value.map((one) => (
        <li key={one.name}>
          <p>
            <b>{one.name}</b> <span aria-live="polite">{counted(one.images.length, "image")}</span>
          </p>
          <Last of={one} />
          <p class="ways-in start">
            <button
              type="button"
              aria-pressed={subject.value.trim() === one.name}
              aria-label={`Take more of ${one.name}`}
              onClick={() => subject.value = one.name}
            >
              Take more
            </button>
            <button
              type="button"
              aria-label={`Remove the last of ${one.name}`}
              onClick={() => removeLast(one)}
            >
              Remove the last
            </button>
            <button type="button" aria-label={`Remove all of ${one.name}`} onClick={() => removeClass(one)}>
              Remove all
            </button>
          </p>
        </li>
      ))}
    </ul>
  );
}

/** The last images of a class, the newest first. */
function Last({ of: { name, images } }: { of: ShotClass }) {
  const from = Math.max(0, images.length - SHOWN);
  return (
    <ul class="shots" aria-label={`The last images of ${name}`}>
      {images.slice(from).map((image, i) => (
        <li key={from + i}>
          <Bitmap
            what={`${name} ${from + i}`}
            alt={`${name}, ${amount(from + i + 1)}`}
            draw={() => createImageBitmap(image, { resizeHeight: 54, resizeWidth: 72 })}
          />
        </li>
      )).reverse()}
    </ul>
  );
}
