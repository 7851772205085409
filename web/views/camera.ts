/** The camera, which is on only while something looks through it. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { messageOf } from "../../src/base/errors.ts";
import { fault } from "../state/session.ts";

/** A camera, and the element that shows what it sees. */
export interface Camera {
  readonly isOn: boolean;
  readonly view: { readonly current: HTMLVideoElement | null };
  /** Switches it on, or says why that fails. */
  readonly begin: () => Promise<void>;
  readonly end: () => void;
  /** What it sees now, as a file of this type. */
  readonly take: (type: "image/png" | "image/jpeg") => Promise<Blob>;
}

/** Quality of images that are saved as JPEG. */
const QUALITY = 0.92;

/** A camera that is off at first, and when the view is left. */
export function useCamera(): Camera {
  const stream = useSignal<MediaStream | undefined>(undefined), view = useRef<HTMLVideoElement>(null);
  const end = () => {
    stream.peek()?.getTracks().forEach((track) => track.stop());
    stream.value = undefined;
  };
  useEffect(() => end, []);
  useEffect(() => {
    if (view.current !== null) view.current.srcObject = stream.value ?? null;
  }, [stream.value]);
  return {
    isOn: stream.value !== undefined,
    view,
    end,
    async begin() {
      try {
        if (navigator.mediaDevices === undefined) throw new DOMException("", "SecurityError");
        stream.value = await navigator.mediaDevices.getUserMedia({ video: SIZE });
      } catch (error) {
        fault.value = `Cannot use the camera: ${reasonFor(error)}`;
      }
    },
    async take(type) {
      const { videoWidth, videoHeight } = view.current!;
      const canvas = new OffscreenCanvas(videoWidth, videoHeight);
      canvas.getContext("2d")!.drawImage(view.current!, 0, 0);
      return await canvas.convertToBlob({ type, quality: QUALITY });
    },
  };
}

/** More pixels than networks look at, and few enough for hundreds of images. */
const SIZE = { width: { ideal: 640 }, height: { ideal: 480 } };

/** Why there is no camera, by the names that browsers give to it. */
const REASONS: Readonly<Record<string, string>> = {
  NotAllowedError: "it is not allowed; allow it for this page in the browser, and try again",
  NotFoundError: "this machine has none; choose images instead",
  NotReadableError: "another program uses it; end that, and try again",
  SecurityError: "browsers have it for pages by https, from this machine or from disk only",
};

function reasonFor(error: unknown): string {
  return REASONS[error instanceof DOMException ? error.name : ""] ?? messageOf(error);
}
