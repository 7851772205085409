/** An image from the camera, which is on only while it is looked through. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fault } from "../../state/session.ts";
import { takeIn } from "../../state/trying.ts";

/** The button, and the camera's view. */
export function Webcam() {
  const stream = useSignal<MediaStream | undefined>(undefined), view = useRef<HTMLVideoElement>(null);
  const end = () => {
    stream.peek()?.getTracks().forEach((track) => track.stop());
    stream.value = undefined;
  };
  useEffect(() => end, []);
  useEffect(() => {
    if (view.current !== null) view.current.srcObject = stream.value ?? null;
  }, [stream.value]);
  if (navigator.mediaDevices === undefined) return null; // a page without https
  const begin = async () => {
    try {
      stream.value = await navigator.mediaDevices.getUserMedia({ video: true });
    } catch (error) {
      fault.value = `Cannot use the camera: ${error instanceof Error ? error.message : error}`;
    }
  };
  const take = async () => {
    const { videoWidth, videoHeight } = view.current!;
    const canvas = new OffscreenCanvas(videoWidth, videoHeight);
    canvas.getContext("2d")!.drawImage(view.current!, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/png" });
    end();
    takeIn({ kind: "files", files: [["camera.png", new File([blob], "camera.png")]] });
  };
  if (stream.value === undefined) {
    return <button type="button" onClick={() => void begin()}>Use the camera</button>;
  }
  return (
    <div class="webcam">
      <video ref={view} autoPlay muted playsInline aria-label="What the camera sees" />
      <button type="button" onClick={() => void take()}>Take this image</button>
      <button type="button" onClick={end}>Camera off</button>
    </div>
  );
}
