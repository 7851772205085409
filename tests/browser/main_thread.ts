/** How long the main thread of a page is kept busy by one task: by the processor's time, as tests share the cores. */
import type { Page } from "playwright-core";

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Of the thread, in microseconds. */
  readonly tdur?: number;
}

/** Tasks, and marks that tell which thread is the page's own. */
const TRACE = {
  includedCategories: ["disabled-by-default-devtools.timeline", "blink.user_timing"],
  excludedCategories: ["*"],
  traceBufferSizeInKb: 2 ** 20,
};

/** The longest task of the page's main thread while `body` runs, in milliseconds of processor time. */
export async function longestTask(page: Page, body: () => Promise<void>): Promise<number> {
  const session = await page.context().newCDPSession(page), mark = crypto.randomUUID();
  const longest = new Map<string, number>(), threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  let main = "";
  session.on("Tracing.dataCollected", ({ value }) => {
    for (const event of value as unknown as TraceEvent[]) {
      const { name, tdur = 0 } = event, thread = threadOf(event);
      if (name === mark) main = thread;
      if (name === "RunTask") longest.set(thread, Math.max(tdur, longest.get(thread) ?? 0));
    }
  });
  const complete = new Promise<{ dataLossOccurred: boolean }>((resolve) =>
    session.once("Tracing.tracingComplete", resolve)
  );
  await session.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: TRACE });
  try {
    await page.evaluate((mark) => void performance.mark(mark), mark);
    await body();
  } finally {
    await session.send("Tracing.end");
  }
  const { dataLossOccurred } = await complete;
  await session.detach();
  if (dataLossOccurred || !longest.has(main)) {
    throw new Error(`Cannot say what the main thread of ${page.url()} did, as its trace is not whole`);
  }
  return longest.get(main)! / 1000;
}

/** Bytes of the JavaScript heap of the page's main thread, without what is no longer used. */
export async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}
