/** The page: shows the GPU it found, and trains a small model on it when a button is pressed. */
import { type Device, messageOf, openDevice } from "../../mod.ts";
import { openGpu } from "../../src/host/browser.ts";
import { drawData, type Progress, train } from "./demo.ts";
import { drawPictures, lossCurve } from "./draw.ts";

const element = <T extends Element = HTMLElement>(id: string) => document.querySelector<T>(`#${id}`)!;
const button = element<HTMLButtonElement>("train"), status = element("status"), log = element("log");

const data = drawData();
drawPictures(element<HTMLCanvasElement>("pictures"), data.pictures.slice(0, 32));
showChart([], element<HTMLInputElement>("steps").valueAsNumber);
try {
  const device = await openDevice(await openGpu());
  device.failed.catch(showError);
  showDevice(device);
  element("controls").addEventListener("submit", (event) => {
    event.preventDefault();
    void trainOnce(device).catch(showError);
  });
  button.disabled = false;
  status.textContent = "Ready";
} catch (error) {
  element("adapter").textContent = "No usable adapter";
  showError(error);
}

/** The adapter's name, features and limits. */
function showDevice({ adapter, gpu }: Device): void {
  const { vendor, architecture, device, description } = adapter;
  const name = description || device || [vendor, architecture].filter(Boolean).join(" ");
  element("adapter").textContent = name || "Unnamed adapter";
  const mib = (bytes: number) =>
    `${(bytes / 2 ** 20).toLocaleString("en", { maximumFractionDigits: 0 })} MiB`;
  const has = (feature: GPUFeatureName) => gpu.features.has(feature) ? "yes" : "no";
  const rows: [string, string | number][] = [
    ["Vendor", vendor || "unknown"],
    ["Architecture", architecture || "unknown"],
    ["Largest binding", mib(gpu.limits.maxStorageBufferBindingSize)],
    ["Largest buffer", mib(gpu.limits.maxBufferSize)],
    ["Storage buffers per stage", gpu.limits.maxStorageBuffersPerShaderStage],
    ["Invocations per workgroup", gpu.limits.maxComputeInvocationsPerWorkgroup],
    ["Workgroup memory", `${gpu.limits.maxComputeWorkgroupStorageSize / 1024} KiB`],
    ["16-bit floats", has("shader-f16")],
    ["Timestamps", has("timestamp-query")],
  ];
  element("limits").replaceChildren(...rows.map(([term, value]) => {
    const row = document.createElement("div");
    row.append(
      Object.assign(document.createElement("dt"), { textContent: term }),
      Object.assign(document.createElement("dd"), { textContent: String(value) }),
    );
    return row;
  }));
}

/** Trains for as many steps as the form specifies, and shows the progress. */
async function trainOnce(device: Device): Promise<void> {
  const total = element<HTMLInputElement>("steps").valueAsNumber;
  button.disabled = true;
  log.textContent = "";
  showChart([], total);
  status.className = "";
  status.textContent = "Compiling kernels …";
  await new Promise((resolve) => setTimeout(resolve, 50)); // lets the browser paint before the page is busy
  try {
    for await (const progress of train(device, data, total)) showProgress(progress, total);
    status.textContent = `Done: ${total} steps`;
  } finally {
    button.disabled = false;
  }
}

function showProgress({ steps, imagesPerSecond }: Progress, total: number): void {
  const { loss, top1 } = steps.at(-1)!;
  log.textContent = steps.map(({ loss, top1 }, i) =>
    `step ${String(i + 1).padStart(3)}  loss ${loss.toFixed(4)}  correct ${
      (100 * top1).toFixed(0).padStart(3)
    } %\n`
  ).join("");
  log.scrollTop = log.scrollHeight;
  element("loss").textContent = loss.toFixed(3);
  element("top1").textContent = `${(100 * top1).toFixed(0)} %`;
  element("speed").textContent = imagesPerSecond.toFixed(imagesPerSecond < 100 ? 1 : 0);
  showChart(steps.map((step) => step.loss), total);
  status.textContent = `Step ${steps.length} of ${total}`;
}

function showChart(losses: readonly number[], total: number): void {
  element<SVGElement>("chart").innerHTML = lossCurve(losses, total);
}

function showError(error: unknown): void {
  status.className = "bad";
  status.textContent = messageOf(error);
}
