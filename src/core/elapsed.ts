/** Measures time on the GPU: two timestamps in the queue, around whatever is submitted in between. */
import type { Device } from "./device.ts";

/**
 * Milliseconds on the GPU's clock from the end of all earlier work to the end of what `submit` submits, including
 * time in which the GPU waited for the host. Without timestamp queries the host's clock is used, minus the time of a
 * wait for an idle GPU. Waits for the GPU, so many launches should share one call.
 * @example const perRun = await elapsed(device, () => program.run(100)) / 100;
 */
export async function elapsed(device: Device, submit: () => void | Promise<void>): Promise<number> {
  device.flush();
  if (!device.gpu.features.has("timestamp-query")) return await byHostClock(device, submit);
  const { gpu } = device;
  const queries = gpu.createQuerySet({ label: "elapsed", type: "timestamp", count: 2 });
  const stamps = gpu.createBuffer({
    label: "elapsed",
    size: 16,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  try {
    stamp(gpu, { querySet: queries, beginningOfPassWriteIndex: 0 });
    await submit();
    device.flush();
    stamp(gpu, { querySet: queries, endOfPassWriteIndex: 1 }, (encoder) => {
      encoder.resolveQuerySet(queries, 0, 2, stamps, 0);
    });
    const [start, end] = new BigUint64Array(await device.download(stamps, 0, 16));
    return Number(end - start) / 1e6;
  } finally {
    queries.destroy();
    stamps.destroy();
  }
}

/** Submits an empty pass that only takes a timestamp. */
function stamp(
  gpu: GPUDevice,
  timestampWrites: GPUComputePassTimestampWrites,
  more: (encoder: GPUCommandEncoder) => void = () => {},
): void {
  const encoder = gpu.createCommandEncoder({ label: "timestamp" });
  encoder.beginComputePass({ label: "timestamp", timestampWrites }).end();
  more(encoder);
  gpu.queue.submit([encoder.finish()]);
}

async function byHostClock(device: Device, submit: () => void | Promise<void>): Promise<number> {
  const wait = async (work: () => void | Promise<void>) => {
    await device.gpu.queue.onSubmittedWorkDone(); // GPU sync point
    const start = performance.now();
    await work();
    device.flush();
    await device.gpu.queue.onSubmittedWorkDone(); // GPU sync point
    return performance.now() - start;
  };
  const idle = await wait(() => {});
  return Math.max(0, await wait(submit) - idle);
}
