/**
 * `bench data`: decoding in workers compared to a bare loop over sharp, caches, memory of a streamed epoch,
 * augmentation.
 */
import sharp from "sharp";
import { decodePool } from "../src/data/decode/decode_pool.ts";
import { type Decoder, inlineDecoder } from "../src/data/decode/decoder.ts";
import { isImagePath } from "../src/data/files/listing.ts";
import { join } from "../src/data/files/paths.ts";
import { PictureCache } from "../src/data/decode/picture_cache.ts";
import { PictureLog } from "../src/data/decode/picture_log.ts";
import type { PictureSource } from "../src/data/decode/picture_source.ts";
import { pictureStore } from "../src/data/decode/picture_store.ts";
import { scanFiles } from "../src/data/decode/scan.ts";
import type { FileTree, Sample } from "../src/data/types.ts";
import { compareAugmentation, type LoaderRun, runLoader } from "./augmentation.ts";
import { runFresh } from "./fresh.ts";
import type { Column } from "./report.ts";
import type { Session } from "./session.ts";
import type { StreamCost, StreamPlan } from "./stream_epoch.ts";
import { takeTurns, type Timed } from "./timing.ts";

const WORKERS = 2;
const BATCH = 64;

const COLUMNS: readonly Column[] = [
  { key: "what", head: "images from", width: 44, isText: true },
  { key: "ips", head: "images/s", width: 10 },
  { key: "mbs", head: "MB/s of pixels", width: 14 },
  { key: "ratio", head: "of the bare loop", width: 16 },
  { key: "torch", head: "of PyTorch's", width: 12 },
];

const MEMORY: readonly Column[] = [
  { key: "what", head: "an epoch without a cache", width: 44, isText: true },
  { key: "ips", head: "images/s", width: 10 },
  { key: "idle", head: "MB idle", width: 9 },
  { key: "above", head: "peak MB above idle", width: 20 },
];

/** A way to get all images, timed in turn with the others. */
interface TimedPass {
  readonly what: string;
  readonly run: () => Promise<unknown>;
}

/** Measures the dataset given by `--data`. @throws DataError if it cannot be opened */
export async function benchData(session: Session): Promise<void> {
  const { options, report, host } = session;
  if (options.data === undefined) {
    report.print("");
    return report.print("data     skipped: no dataset given; add --data FOLDER or --data FILE.zip");
  }
  const tree = await host.openTree(options.data);
  const samples = (await tree.paths()).filter(isImagePath).map((path) => ({ path, label: 0 }));
  const torch = await runLoader(session, options.data);
  if (torch) report.fact("torchLoader", torch);
  await compareDecoding(session, tree, samples, torch);
  await measureStreams(session, options.data);
  await compareAugmentation(session, options.data, tree, samples, torch);
}

async function compareDecoding(
  session: Session,
  tree: FileTree,
  samples: readonly Sample[],
  torch: LoaderRun | undefined,
): Promise<void> {
  const { report, patience, host } = session;
  const pool = decodePool(tree, { workers: WORKERS, start: host.pictures.startThread });
  const inline = inlineDecoder(tree, host.pictures.decode, { parallel: 2 * host.pictures.processors });
  const ram = await keptIn(await PictureCache.open({ kind: "ram" }), tree, samples, inline);
  const path = join(host.cacheFolder("bench"), "data.pictures");
  const openLog = async () =>
    await PictureLog.open(
      await host.pictures.openGrowingFile(path),
      await host.pictures.decoderVersion(),
      report.print,
    );
  const logs = { openLog, openPrivateLog: openLog, say: report.print };
  const disk = await keptIn(await PictureCache.open({ kind: "disk", logs }), tree, samples, inline);
  const bytes = await Promise.all(samples.map(({ path }) => tree.read(path)));
  const passes: TimedPass[] = [
    { what: `sharp, a bare loop, ${WORKERS} at once`, run: () => bare(bytes, WORKERS) },
    { what: `num_workers=${WORKERS}, one each at once`, run: () => decodeAll(pool, samples) },
    { what: `sharp, a bare loop, ${inline.parallel} at once`, run: () => bare(bytes, inline.parallel) },
    { what: `num_workers=0, ${inline.parallel} at once`, run: () => decodeAll(inline, samples) },
    { what: "cache=disk, the second epoch", run: () => walk(disk.pictures) },
    { what: "cache=ram, the second epoch", run: () => walk(ram.pictures) },
  ];
  const times = await takeTurns(passes.map(({ run }) => timed(run)), patience);
  pool.close();
  const print = report.table(`decoding ${samples.length} images of ${tree.name}`, COLUMNS);
  for (const [i, { what }] of passes.entries()) {
    const loop = i < 2 ? times[0] : times[2], milliseconds = times[i];
    print({
      what,
      ips: samples.length / milliseconds * 1000,
      mbs: ram.bytes / milliseconds / 1000,
      ratio: loop / milliseconds,
      torch: torch && torch.decoding / milliseconds * 1000,
    });
  }
  if (torch) {
    const { version, images, decoding } = torch;
    const what = `PyTorch ${version.split(",")[0]}'s DataLoader, ${WORKERS} workers`;
    print({ what, ips: images / decoding, mbs: ram.bytes / decoding / 1e6 });
  }
  report.note("variants take turns; the bare loop has the files in memory and discards the pixels");
}

/** Images from a filled cache. */
async function keptIn(cache: PictureCache, tree: FileTree, samples: readonly Sample[], decoder: Decoder) {
  const supply = { decoder, cache, persistent: true };
  const scanned = await scanFiles(tree, samples.map(({ path }) => path));
  const { bytes, pictures } = pictureStore(tree, samples, scanned, supply, {
    split: "bench",
    maxUnreadable: 1,
  });
  await walk(pictures);
  return { bytes, pictures };
}

function timed(run: () => Promise<unknown>): Timed {
  return async (times) => {
    const start = performance.now();
    for (let time = 0; time < times; time++) await run();
    return (performance.now() - start) / times;
  };
}

async function bare(files: readonly Uint8Array[], parallel: number): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < files.length) await sharp(files[next++]).raw().toBuffer();
  };
  await Promise.all(Array.from({ length: parallel }, work));
}

async function decodeAll(decoder: Decoder, samples: readonly Sample[]): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < samples.length) await decoder.decode(samples[next++].path);
  };
  await Promise.all(Array.from({ length: decoder.parallel }, work));
}

async function walk(pictures: PictureSource): Promise<void> {
  for (let start = 0; start < pictures.length; start += BATCH) {
    const count = Math.min(BATCH, pictures.length - start);
    await pictures.get(Array.from({ length: count }, (_, n) => start + n));
  }
}

async function measureStreams({ report }: Session, root: string): Promise<void> {
  const print = report.table("memory of a separate process", MEMORY);
  for (const workers of [0, WORKERS]) {
    const plan: StreamPlan = { root, workers, prefetch: 2, batchSize: BATCH };
    const { images, seconds, idle, peak } = await runFresh<StreamCost>("stream_epoch.ts", plan);
    const what = `num_workers=${workers}, batches of ${BATCH}, 2 ahead`;
    print({ what, ips: images / seconds, idle: idle / 1e6, above: (peak - idle) / 1e6 });
  }
  report.note(
    "resident memory, sampled every 5 ms; idle is after loading the program and the list of files",
  );
}
