/** The interface of another engine that is timed next to wgrad. Layouts are PyTorch's: [N, C, H, W], [K, C, R, S]. */
import { firstLineOf } from "../../src/base/errors.ts";
import type { Layer } from "../../src/nn/layers/mod.ts";
import type { StateTensor } from "../../src/nn/parameters.ts";

/** Values with their shape, in PyTorch's layout. */
export type HostTensor = StateTensor;

/** A convolution with both gradients, on values on the GPU. */
export interface PeerConv {
  /** Starts forward, dx and dw again. */
  run(): void | Promise<void>;
  /** Waits until the GPU has finished all of it. */
  wait(): Promise<void>;
  /** The last run's y, dx and dw. */
  results(): Promise<Readonly<Record<"y" | "dx" | "dw", ArrayLike<number>>>>;
  free(): void;
}

/** A training step on one batch on the GPU. */
export interface PeerStep {
  /** Starts a step. */
  run(): void | Promise<void>;
  wait(): Promise<void>;
  /** The last step's loss. */
  loss(): Promise<number>;
  free(): void;
}

/** The convolution's operands and geometry. */
export interface PeerConvCase {
  readonly x: HostTensor;
  readonly w: HostTensor;
  readonly dy: HostTensor;
  readonly stride: number;
  readonly padding: number;
}

/** The network, its initial values, one batch, and the optimiser's constants. */
export interface PeerStepCase {
  readonly layers: readonly Layer[];
  readonly state: ReadonlyMap<string, HostTensor>;
  readonly images: HostTensor;
  readonly labels: Uint32Array;
  readonly classes: number;
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
}

/** Another engine. */
export interface Peer {
  readonly name: string;
  readonly version: string;
  /** What it cannot do, and what is done instead. */
  readonly remarks: readonly string[];
  conv(given: PeerConvCase): Promise<PeerConv>;
  step(given: PeerStepCase): Promise<PeerStep>;
}

/** The parameters of a model, without its running statistics. */
export function trainable(state: PeerStepCase["state"]): [name: string, tensor: HostTensor][] {
  return [...state].filter(([name]) => !name.includes("running_"));
}

/** Weight decay applies to filters and matrices. */
export function decays({ shape }: HostTensor): boolean {
  return shape.length > 1;
}

/** A peer's package is not installed. */
export class MissingPackage extends Error {
  override name = "MissingPackage";
}

/**
 * Imports a package by a name that is not known statically, so that bench starts if it is not installed.
 * @throws MissingPackage with the cure
 */
export async function load<Package>(name: string): Promise<Package> {
  try {
    return await import(name);
  } catch (error) {
    const reason = firstLineOf(error).slice(0, 60);
    throw new MissingPackage(`${name} does not load (${reason}...); run ./setup.sh --dev`, { cause: error });
  }
}
