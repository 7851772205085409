/**
 * Calls from the page to a worker: each has what it takes, what it gives, and what it says on the way; it is cancelled
 * by a signal. A contract is an interface of {@link Call}s by name.
 */

/** One call of a contract. */
export interface Call<Params, Result, Progress = never> {
  readonly params: Params;
  readonly result: Result;
  readonly progress: Progress;
}

/** Any contract. */
// deno-lint-ignore no-explicit-any
export type Contract = { readonly [name: string]: Call<any, any, any> };

/** How a call is made. */
export interface CallOptions<Progress> {
  readonly onProgress?: (progress: Progress) => void;
  /** Rejects the call at once when aborted, and tells the worker. */
  readonly signal?: AbortSignal;
}

/** Makes the calls of a contract. */
export type Caller<C extends Contract> = <Name extends keyof C & string>(
  name: Name,
  params: C[Name]["params"],
  options?: CallOptions<C[Name]["progress"]>,
) => Promise<C[Name]["result"]>;

/** What a handler gets besides its parameters. */
export interface Context<Progress> {
  readonly progress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/** Answers the calls of a contract. */
export type Handlers<C extends Contract> = {
  readonly [Name in keyof C & string]: (
    params: C[Name]["params"],
    context: Context<C[Name]["progress"]>,
  ) => Promise<C[Name]["result"]> | C[Name]["result"];
};

/** A worker, within one its own scope, or a port. */
export interface Port {
  postMessage(message: unknown, options?: { transfer?: Transferable[] }): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  removeEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

type Request = { id: number; name: string; params: unknown } | { id: number; cancel: true };
type Answer =
  | { id: number; progress: unknown }
  | { id: number; result: unknown }
  | { id: number; error: { name: string; message: string } };

/** An error of a worker, with its name and message. */
export class RemoteError extends Error {
  constructor({ name, message }: { name: string; message: string }) {
    super(message);
    this.name = name;
  }
}

interface Pending {
  readonly answer: (answer: Answer) => void;
}

/** Makes calls through a port. */
export function caller<C extends Contract>(port: Port): Caller<C> {
  const pending = new Map<number, Pending>();
  let last = 0;
  port.addEventListener("message", ({ data }) => pending.get((data as Answer).id)?.answer(data));
  return (name, params, { onProgress, signal } = {}) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const id = ++last;
      const end = () => {
        pending.delete(id);
        signal?.removeEventListener("abort", cancel);
      };
      const cancel = () => {
        end();
        port.postMessage({ id, cancel: true } satisfies Request);
        reject(signal!.reason);
      };
      signal?.addEventListener("abort", cancel);
      pending.set(id, {
        answer(answer) {
          if ("progress" in answer) return onProgress?.(answer.progress);
          end();
          if ("error" in answer) reject(new RemoteError(answer.error));
          else resolve(answer.result);
        },
      });
      port.postMessage({ id, name, params } satisfies Request);
    });
}

/**
 * Answers calls that come through a port. Bitmaps in a result are handed over. Handlers may still be loading; if they
 * cannot be, every call fails with the reason.
 */
export function serve<C extends Contract>(port: Port, handlers: Handlers<C> | Promise<Handlers<C>>): void {
  const running = new Map<number, AbortController>();
  const say = (answer: Answer, transfer: Transferable[] = []) => port.postMessage(answer, { transfer });
  port.addEventListener("message", async ({ data }) => {
    const request = data as Request;
    if ("cancel" in request) return running.get(request.id)?.abort();
    const { id, name, params } = request, stop = new AbortController();
    running.set(id, stop);
    try {
      const progress = (progress: unknown) => {
        if (!stop.signal.aborted) say({ id, progress });
      };
      const result: unknown = await (await handlers)[name](params, { progress, signal: stop.signal });
      if (!stop.signal.aborted) say({ id, result }, result instanceof ImageBitmap ? [result] : []);
    } catch (error) {
      const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
      if (!stop.signal.aborted) say({ id, error: { name, message } });
    } finally {
      running.delete(id);
    }
  });
}
