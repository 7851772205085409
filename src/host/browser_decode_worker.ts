/**
 * The entry point of a decoding worker in a browser, bundled separately because its URL is passed to `new Worker`.
 */
import { serveJobs, type ThreadScope } from "../data/decode/decode_thread.ts";
import { readPlace } from "./browser_files.ts";
import { decodeImage } from "./browser_images.ts";

serveJobs(self as unknown as ThreadScope, readPlace, decodeImage);
