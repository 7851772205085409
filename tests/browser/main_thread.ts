/** How long the main thread of a page is kept busy by one task: by the processor's time, as tests share the cores. */
import type { Page } from "playwright-core";

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Of the thread, in microseconds. */
  readonly tdur?: number;
  readonly args: {
    readonly name?: string;
    readonly data?: { readonly frames?: readonly { readonly url: string; readonly processId: number }[] };
  };
}

/** The longest task of the page's main thread while `body` runs, in milliseconds of processor time. */
export async function longestTask(page: Page, body: () => Promise<void>): Promise<number> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ["toplevel", "disabled-by-default-devtools.timeline"] });
  let trace: { traceEvents: TraceEvent[] };
  try {
    await body();
  } finally {
    trace = JSON.parse((await browser.stopTracing()).toString());
  }
  const events = trace.traceEvents, address = page.url();
  const frames = events.flatMap(({ args }) => args.data?.frames ?? []);
  const processes = new Set(frames.filter(({ url }) => url === address).map(({ processId }) => processId));
  const main = events.find(({ name, pid, args }) =>
    name === "thread_name" && args.name === "CrRendererMain" && processes.has(pid)
  );
  if (main === undefined) throw new Error(`Cannot find the main thread of ${address} in a trace`);
  const own = events.filter(({ pid, tid }) => pid === main.pid && tid === main.tid);
  return own.reduce((most, { name, tdur = 0 }) => name.endsWith("RunTask") ? Math.max(most, tdur) : most, 0) /
    1000;
}

/** Bytes of the JavaScript heap of the page's main thread, without what is no longer used. */
export async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}
