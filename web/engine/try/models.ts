/** The models that can be tried: those of the page's own training, and those that the user gave; one is open. */
import { type ByteSource, byteSource } from "../../../src/base/byte_source.ts";
import { DataError } from "../../../src/base/errors.ts";
import { openGpu } from "../../../src/host/browser.ts";
import { openOnnx } from "../../../src/host/browser_onnx.ts";
import type { Disk } from "../../../src/host/memory_disk.ts";
import type { Classifier } from "../../../src/setup/classify/classifier.ts";
import { type ModelHost, openClassifier } from "../../../src/setup/classify/open_classifier.ts";
import type { GivenModel } from "./given.ts";

/** Images in one pass: few, as they share the GPU with the page. */
export const PASS = 4;

/** The run's own weights, the best first. */
const OWN = ["weights/best.safetensors", "weights/last.safetensors"];

/** Told in words what is being done. */
type Say = (what: string) => void;

/** Models by path. */
export class Models {
  #given = new Map<string, GivenModel>();
  #open: Classifier | undefined;
  #say: Say = () => {};
  readonly #host: ModelHost;

  /** @param run the folder of the page's training on its disk */
  constructor(readonly disk: Disk, readonly run: string) {
    const readFile = async (path: string) => {
      const source = await this.#source(path);
      return await source.read(0, source.size);
    };
    this.#host = {
      openGpu,
      openFile: (path) => this.#source(path),
      readFile,
      openOnnx: async (path) => await openOnnx(path, await readFile(path)),
    };
  }

  /** Takes in what the user gave, in place of what was given before. @returns their paths */
  give(models: readonly GivenModel[]): string[] {
    this.#given = new Map(models.map((model) => [model.path, model]));
    return [...this.#given.keys()];
  }

  /** The weights of the page's training; unlike those that are given, their paths begin with a slash. */
  async own(): Promise<string[]> {
    const files = new Set((await this.disk.filesBelow(this.run)).map(({ path }) => path));
    return OWN.map((name) => `${this.run}/${name}`).filter((path) => files.has(path)).map((path) =>
      `/${path}`
    );
  }

  /** Opens a model in place of the one that is open, unless it is no longer wanted. */
  async open(path: string, signal: AbortSignal): Promise<Classifier> {
    const compiling = (kernels: number) => this.#say(`Compiling kernels: ${kernels}`);
    const next = await openClassifier(this.#host, path, { pictures: PASS, compiling });
    if (signal.aborted) {
      await next.close();
      return next;
    }
    await this.#open?.close();
    return this.#open = next;
  }

  /** The open model, which says what it does to `say`. @throws DataError if there is none */
  opened(say: Say): Classifier {
    if (this.#open === undefined) throw new DataError("Cannot predict: no model is open");
    this.#say = say;
    return this.#open;
  }

  async #source(path: string): Promise<ByteSource> {
    const given = this.#given.get(path);
    return given === undefined ? byteSource(path, await this.disk.readFile(path)) : await given.open();
  }
}
