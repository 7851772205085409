/** The samples of an opened dataset by number, and what has been seen of them. */
import { compareCodePoints } from "../../src/data/files/paths.ts";
import type { SeenFile } from "../../src/data/health/inspect.ts";
import {
  type Finding,
  type FoundFile,
  type HealthReport,
  type Kind,
  KINDS,
} from "../../src/data/health/types.ts";
import { type Dataset, type Split, SPLITS } from "../../src/data/types.ts";
import type { AlikeGroup, DatasetCalls, Query, Row } from "../protocol/calls.ts";

interface Entry {
  readonly path: string;
  readonly split: Split;
  readonly label: number;
}

/**
 * Numbers the samples of a dataset in its order, and answers what is asked about them. Divided anew, samples keep the
 * numbers that they had `before`, so that what is shown by number stays what it is.
 */
export class Catalog {
  readonly entries: readonly Entry[];
  /** The numbers in the order of the dataset. */
  readonly order: readonly number[];
  readonly #ids = new Map<string, number>();
  #findings: readonly Finding[] = [];
  #kinds = new Map<string, Kind[]>();
  readonly #predictions = new Map<number, NonNullable<Row["prediction"]>>();

  /** `seen` are the files that were looked at, by path. */
  constructor(readonly dataset: Dataset, readonly seen = new Map<string, SeenFile>(), before?: Catalog) {
    const samples = SPLITS.flatMap((split) => dataset.splits[split].map((sample) => ({ ...sample, split })));
    this.order = before?.numbersOf(samples) ?? [...samples.keys()];
    const entries = new Array<Entry>(samples.length);
    samples.forEach((sample, i) => entries[this.order[i]] = sample);
    this.entries = entries;
    this.entries.forEach(({ path, split, label }, id) => this.#ids.set(`${split}/${label}/${path}`, id));
  }

  /** The numbers that samples have here, whatever their splits; undefined if they are not the same samples. */
  numbersOf(samples: readonly Entry[]): number[] | undefined {
    const nameOf = ({ label, path }: Entry) => `${label}/${path}`;
    const left = Map.groupBy(this.entries.keys(), (id) => nameOf(this.entries[id]));
    const numbers = samples.map((sample) => left.get(nameOf(sample))?.shift());
    return samples.length === this.entries.length && !numbers.includes(undefined)
      ? numbers as number[]
      : undefined;
  }

  /** The files of all samples, each once. */
  get paths(): string[] {
    return [...new Set(this.entries.map(({ path }) => path))];
  }

  /** Takes what a check has found. */
  found({ findings }: HealthReport): void {
    this.#findings = findings;
    this.#kinds = new Map();
    for (const { kind, groups } of findings) {
      for (const { path } of groups.flat()) {
        const kinds = this.#kinds.get(path);
        if (kinds === undefined) this.#kinds.set(path, [kind]);
        else if (!kinds.includes(kind)) kinds.push(kind);
      }
    }
  }

  /** Takes what a network has made of images, and gives their numbers, -1 for one that is not there. */
  surveyed(
    { classes, paths, splits, predicted, confidence }: DatasetCalls["survey"]["params"],
  ): Int32Array {
    const places = new Map(this.entries.map(({ path }, id) => [path, id]));
    this.entries.forEach(({ path, split }, id) => places.set(`${split}/${path}`, id));
    this.#predictions.clear();
    return Int32Array.from(paths, (path, i) => {
      const id = places.get(`${splits[i]}/${path}`) ?? places.get(path); // a correction may have moved it
      if (id === undefined) return -1;
      this.#predictions.set(id, { className: classes[predicted[i]], confidence: confidence[i] });
      return id;
    });
  }

  /** The numbers of the samples that a query asks for, in its order. */
  list({ split, className, finding, side, decided, predicted, among, text, sort }: Query): Uint32Array {
    const label = className === undefined ? -1 : this.dataset.classes.indexOf(className);
    const part = text?.toLowerCase();
    const ids: number[] = [];
    (among ?? this.entries.keys()).forEach((id) => {
      const entry = this.entries[id];
      if (split !== undefined && entry.split !== split) return;
      if (className !== undefined && entry.label !== label) return;
      if (finding !== undefined && !this.#kinds.get(entry.path)?.includes(finding)) return;
      if (side !== undefined && !this.#isWithin(entry.path, side)) return;
      if (decided !== undefined && decided.paths.has(entry.path) !== decided.isSo) return;
      if (predicted !== undefined && !this.#isPredicted(id, predicted)) return;
      if (part !== undefined && !entry.path.toLowerCase().includes(part)) return;
      ids.push(id);
    });
    return Uint32Array.from(this.#sorted(ids, sort));
  }

  #isWithin(path: string, { from, below }: NonNullable<Query["side"]>): boolean {
    const picture = this.seen.get(path)?.picture;
    if (picture === undefined) return false;
    const side = Math.min(picture.width, picture.height);
    return side >= from && side < below;
  }

  #isPredicted(id: number, asked: NonNullable<Query["predicted"]>): boolean {
    const found = this.#predictions.get(id)?.className;
    if (found === undefined) return false;
    return asked === "wrong"
      ? found !== this.dataset.classes[this.entries[id].label]
      : found === asked.className;
  }

  #sorted(ids: number[], sort: Query["sort"]): number[] {
    const { entries, seen } = this;
    const area = (id: number) => {
      const picture = seen.get(entries[id].path)?.picture;
      return picture === undefined ? 0 : picture.width * picture.height;
    };
    switch (sort) {
      case "order":
        return ids;
      case "class":
        return ids.sort((a, b) => entries[a].label - entries[b].label || a - b);
      case "size":
        return ids.sort((a, b) => area(a) - area(b) || a - b);
      case "confidence": {
        const of = (id: number) => this.#predictions.get(id)?.confidence ?? 2;
        return ids.sort((a, b) => of(a) - of(b) || a - b);
      }
      case "path":
        return ids.sort((a, b) => compareCodePoints(entries[a].path, entries[b].path) || a - b);
    }
  }

  row(id: number): Row {
    const { path, split, label } = this.entries[id];
    const picture = this.seen.get(path)?.picture, prediction = this.#predictions.get(id);
    return {
      id,
      path,
      split,
      className: this.dataset.classes[label],
      ...(picture && { size: [picture.width, picture.height] as const }),
      findings: this.#kinds.get(path) ?? [],
      ...(prediction && { prediction }),
    };
  }

  /** The groups with more than one file that a sample is in. */
  alike(id: number): AlikeGroup[] {
    const { classes } = this.dataset, { path } = this.entries[id];
    const idOf = ({ split, className, path }: FoundFile) =>
      this.#ids.get(`${split}/${classes.indexOf(className)}/${path}`)!;
    return this.#findings.flatMap(({ kind, groups }) =>
      groups.filter((group) => group.length > 1 && group.some((file) => file.path === path)).map((group) => ({
        title: KINDS[kind].title,
        files: group.map((file) => ({ ...file, id: idOf(file) })),
      }))
    );
  }
}
