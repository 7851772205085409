/**
 * The entry of all workers, which the page starts: one under the name "dataset" holds the dataset, others look at files
 * for it, and "engine" trains, whose code is loaded only then. The first message brings the ports between them, and to
 * the engine what a page of one file has of ONNX Runtime.
 */
import "./no_eval.ts";
import { type Handlers, type Port, serve } from "../protocol/channel.ts";
import { part } from "../protocol/part.ts";
import type { DatasetCalls, InspectCalls } from "../protocol/calls.ts";
import type { EngineCalls } from "../protocol/engine_calls.ts";
import { datasetCalls } from "./dataset.ts";
import { inspectCalls } from "./inspect.ts";
import { inspectors } from "./inspectors.ts";

const scope = self as unknown as Port & { readonly name: string };

const connect = ({ data, ports }: MessageEvent<{ readonly runtime?: Blob }>) => {
  scope.removeEventListener("message", connect);
  if (scope.name === "dataset") serve<DatasetCalls>(scope, datasetCalls(inspectors(ports)));
  else if (scope.name === "inspect") serve<InspectCalls>(ports[0], inspectCalls());
  else serve<EngineCalls>(ports[0], engine(data.runtime));
  ports.forEach((port) => port.start()); // what has come meanwhile is waiting there
};
scope.addEventListener("message", connect);

async function engine(runtime: Blob | undefined): Promise<Handlers<EngineCalls>> {
  return (await part(import("../engine/engine.ts"))).engineCalls(runtime);
}
