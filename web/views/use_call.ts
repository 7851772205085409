/** What the worker answers, for a view. */
import { useEffect, useState } from "preact/hooks";
import type { DatasetCalls } from "../protocol/calls.ts";
import { call } from "../state/session.ts";

/** An answer, the last one until the next is there; and why there is none. */
export interface Answered<Result> {
  readonly answer?: Result;
  readonly fault?: string;
}

/** Makes a call whenever its parameters change, or `because`; none without parameters. */
export function useCall<Name extends keyof DatasetCalls & string>(
  name: Name,
  params: DatasetCalls[Name]["params"] | undefined,
  because?: unknown,
): Answered<DatasetCalls[Name]["result"]> {
  const [answered, setAnswered] = useState<Answered<DatasetCalls[Name]["result"]>>({});
  useEffect(() => {
    if (params === undefined) return;
    const stop = new AbortController();
    call(name, params, { signal: stop.signal }).then((answer) => setAnswered({ answer }), (error) => {
      if (!stop.signal.aborted) setAnswered({ fault: error.message });
    });
    return () => stop.abort();
  }, [name, JSON.stringify(params), because]);
  return answered;
}
