/** An image from the camera. */
import { takeIn } from "../../state/trying.ts";
import { useCamera } from "../camera.ts";

/** The button, and the camera's view. */
export function Webcam() {
  const { isOn, view, begin, end, take } = useCamera();
  if (!isOn) return <button type="button" onClick={() => void begin()}>Use the camera</button>;
  const tryIt = async () => {
    const file = new File([await take("image/png")], "camera.png");
    end();
    takeIn({ kind: "files", files: [[file.name, file]] });
  };
  return (
    <div class="webcam">
      <video ref={view} autoPlay muted playsInline aria-label="What the camera sees" />
      <button type="button" onClick={() => void tryIt()}>Take this image</button>
      <button type="button" onClick={end}>Camera off</button>
    </div>
  );
}
