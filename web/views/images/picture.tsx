/** An image of the dataset, drawn by the worker. */
import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../../state/session.ts";

/** The image, decorative if `alt` is "", its longer side at most `side` pixels; while it is not there, and where it cannot be shown, it says so. */
export function Picture({ id, side, alt }: { id: number; side: number; alt: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [reason, setReason] = useState<string>();
  useEffect(() => {
    const stop = new AbortController();
    setReason(undefined);
    call("picture", { id, side }, { signal: stop.signal }).then((bitmap) => {
      const { current } = canvas;
      if (current === null) return bitmap.close();
      current.width = bitmap.width;
      current.height = bitmap.height;
      current.getContext("bitmaprenderer")!.transferFromImageBitmap(bitmap);
    }, (error) => {
      if (!stop.signal.aborted) setReason(error.message);
    });
    return () => stop.abort();
  }, [id, side]);
  return reason === undefined
    ? <canvas ref={canvas} {...(alt === "" ? { "aria-hidden": true } : { role: "img", "aria-label": alt })} />
    : <span class="no-picture" title={reason}>cannot be shown</span>;
}
