/** The workers: a file beside the page, or within it where the page is a single file. */
import type { DatasetCalls } from "../protocol/calls.ts";
import type { EngineCalls } from "../protocol/engine_calls.ts";
import { type Caller, caller } from "../protocol/channel.ts";

/** Workers that look at files, at most: more of them wait for the disk, and each takes tens of megabytes. */
const MOST = 6;

/**
 * Starts the worker that holds the dataset, and those that look at files for it. Returns calls to the first. `failed` is
 * told of what nobody caught there.
 */
export function startWorkers(failed: (message: string) => void): Caller<DatasetCalls> {
  const start = starter(failed), dataset = start("dataset");
  const count = Math.max(1, Math.min(MOST, navigator.hardwareConcurrency));
  const ports = Array.from({ length: count }, () => {
    const { port1, port2 } = new MessageChannel();
    start("inspect").postMessage({}, [port1]);
    return port2;
  });
  dataset.postMessage({}, ports);
  return caller<DatasetCalls>(dataset);
}

/** Starts the worker that has the engine, whose code is loaded by then. Calls wait for it. */
export function startEngine(failed: (message: string) => void): Caller<EngineCalls> {
  const { port1, port2 } = new MessageChannel(), runtime = within("script#runtime", "text/plain");
  starter(failed)("engine").postMessage({ ...(runtime && { runtime }) }, [port1]);
  port2.start();
  return caller<EngineCalls>(port2);
}

/** Starts workers by name. A page from disk may start no modules, so its worker is a classic script. */
function starter(failed: (message: string) => void): (name: string) => Worker {
  const inline = within("script#worker", "text/javascript");
  const address = inline ? URL.createObjectURL(inline) : new URL("worker.js", document.baseURI).href;
  return (name) => {
    const worker = new Worker(address, { type: inline ? "classic" : "module", name });
    worker.addEventListener(
      "error",
      ({ message }) => failed(message || "a worker could not be had from the page's server"),
    );
    return worker;
  };
}

/** What a page of one file has within it; undefined for other pages. */
function within(selector: string, type: string): Blob | undefined {
  const text = document.querySelector(selector)?.textContent;
  return text ? new Blob([text], { type }) : undefined;
}
