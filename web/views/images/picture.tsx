/** Images that a worker draws. */
import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../../state/session.ts";

/** An image of the dataset, its longer side at most `side` pixels; see {@link Bitmap}. */
export function Picture({ id, side, alt }: { id: number; side: number; alt: string }) {
  return (
    <Bitmap
      what={`${id} ${side}`}
      alt={alt}
      draw={(signal) => call("picture", { id, side }, { signal })}
    />
  );
}

/**
 * What `draw` gives, drawn again where `what` changes; decorative if `alt` is "". The last one stays until the next is
 * there; where there is none, it says so.
 */
export function Bitmap({ what, alt, draw }: {
  what: string;
  alt: string;
  draw: (signal: AbortSignal) => Promise<ImageBitmap>;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [reason, setReason] = useState<string>();
  useEffect(() => {
    const stop = new AbortController();
    setReason(undefined);
    draw(stop.signal).then((bitmap) => {
      const { current } = canvas;
      if (current === null) return bitmap.close();
      current.width = bitmap.width;
      current.height = bitmap.height;
      current.getContext("bitmaprenderer")!.transferFromImageBitmap(bitmap);
      current.dataset.shown = what;
    }, (error) => {
      if (!stop.signal.aborted) setReason(error.message);
    });
    return () => stop.abort();
  }, [what]);
  return reason === undefined
    ? (
      <canvas
        ref={canvas}
        data-what={what}
        {...(alt === "" ? { "aria-hidden": true } : { role: "img", "aria-label": alt })}
      />
    )
    : <span class="no-picture" title={reason}>cannot be shown</span>;
}
