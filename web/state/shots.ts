/** Images that are taken with the camera, by class: a dataset that is made here. */
import { computed, signal } from "@preact/signals";
import { folderNamed } from "../../src/data/files/paths.ts";
import type { GivenFiles } from "../protocol/source.ts";
import { save } from "./save.ts";
import { call, open } from "./session.ts";

/** Images of a class, in the order in which they were taken. */
export interface ShotClass {
  readonly name: string;
  readonly images: readonly Blob[];
}

/** True while the camera's section is open. */
export const isShooting = signal(false);
export const shots = signal<readonly ShotClass[]>([]);
/** The class that images are taken of. */
export const subject = signal("");
export const shotCount = computed(() => shots.value.reduce((sum, { images }) => sum + images.length, 0));
/** Those that were saved last. */
const savedShots = signal<readonly ShotClass[]>([]);
/** True while there are images that were not saved as they are now. */
export const unsavedShots = computed(() => shotCount.value > 0 && shots.value !== savedShots.value);

/** The file that they are saved as. The dataset has its name, and so the command that trains on it, too. */
const ARCHIVE = "camera.zip";

/** Adds an image to a class. */
export function addShot(name: string, image: Blob): void {
  const known = shots.value.find((one) => one.name === name);
  if (known === undefined) shots.value = [...shots.value, { name, images: [image] }];
  else setImages(name, [...known.images, image]);
}

/** Removes the last image of a class, and a class without images. */
export function removeLast({ name, images }: ShotClass): void {
  setImages(name, images.slice(0, -1));
}

/** Removes a class. */
export function removeClass({ name }: ShotClass): void {
  setImages(name, []);
}

function setImages(name: string, images: readonly Blob[]): void {
  shots.value = shots.value.flatMap((one) =>
    one.name !== name ? [one] : images.length === 0 ? [] : [{ name, images }]
  );
}

/** Opens them as a dataset of class folders. */
export async function openShots(): Promise<void> {
  await open({ kind: "files", files: filesOf(`${ARCHIVE}/`) });
}

/** Saves them as a .zip of class folders, which is read as {@link openShots} reads them. */
export async function saveShots(): Promise<void> {
  const now = shots.value;
  save(ARCHIVE, await call("zipped", filesOf("")));
  savedShots.value = now;
}

function filesOf(above: string): GivenFiles {
  return shots.value.flatMap(({ name, images }) =>
    images.map((image, i): GivenFiles[number] => {
      const file = `${String(i + 1).padStart(4, "0")}.jpg`;
      return [`${above}${folderNamed(name)}/${file}`, new File([image], file)];
    })
  );
}
