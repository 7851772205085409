/** The entry point of a decoding worker under Deno. */
import { serveJobs, type ThreadScope } from "../data/decode/decode_thread.ts";
import { readPlace } from "./deno_files.ts";
import { decodeInThread } from "./deno_images.ts";

serveJobs(self as unknown as ThreadScope, readPlace, decodeInThread);
