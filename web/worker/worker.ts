/**
 * The entry of all workers, which the page starts: one under the name "dataset" holds the dataset, the others look at
 * files for it. The first message brings the ports between them.
 */
import "./no_eval.ts";
import { type Port, serve } from "../protocol/channel.ts";
import type { DatasetCalls, InspectCalls } from "../protocol/calls.ts";
import { datasetCalls } from "./dataset.ts";
import { inspectCalls } from "./inspect.ts";
import { inspectors } from "./inspectors.ts";

const scope = self as unknown as Port & { readonly name: string };

const connect = ({ ports }: MessageEvent) => {
  scope.removeEventListener("message", connect);
  ports.forEach((port) => port.start());
  if (scope.name === "dataset") serve<DatasetCalls>(scope, datasetCalls(inspectors(ports)));
  else serve<InspectCalls>(ports[0], inspectCalls());
};
scope.addEventListener("message", connect);
