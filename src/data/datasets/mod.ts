/** The datasets that a configuration can name. A new one is a file beside this one and a line in this literal. */
import { image_folder } from "./image_folder.ts";
import { synthetic_jerseys } from "./synthetic_jerseys.ts";

/** Every kind of dataset by name. */
export const datasets = { synthetic_jerseys, image_folder } as const;

/** The name of a kind. */
export type DatasetName = keyof typeof datasets;
