/**
 * A training of a tiny network on the ranks of a launch, which rank 0 saves after every step in the folder that is the
 * argument, and which goes on from there: `mpirun -n 2 deno run -A --config=deno.dev.json tests/soak/ranked_main.ts FOLDER`.
 * At its end, rank 0 writes what it came to.
 */
import { openDevice } from "../../src/core/device.ts";
import { runProcess } from "../../src/host/deno.ts";
import type { Callback } from "../../src/train/callback.ts";
import { decodeSnapshot } from "../../src/train/snapshot.ts";
import { recordsOf, trainAs } from "../train/ranked_run.ts";

const EPOCHS = 3;

await runProcess(async ([folder], host) => {
  const ranks = await host.openRanks(),
    path = `${folder}/last.safetensors`,
    device = await openDevice(await host.openGpu());
  const bytes = await ranks.broadcast(await Deno.readFile(path).catch(() => new Uint8Array()));
  const resume = bytes.length > 0 ? await decodeSnapshot(bytes, path) : undefined;
  const keep: Callback = {
    name: "keep",
    stepEnd: async (state) => await host.writeAtomic(path, await state.snapshot()),
    async save(state, reason) {
      if (reason === "interrupted") host.print(`saved after step ${state.step}`);
      await host.writeAtomic(path, await state.snapshot());
    },
  };
  console.log(`pid ${Deno.pid}`);
  const outcome = await trainAs(device, ranks, {
    epochs: EPOCHS,
    resume,
    changes: () => ({ signal: host.signal, callbacks: [keep] }),
  });
  if (ranks.rank > 0) return 0;
  const digests = await Promise.all([outcome.values, outcome.statistics].map(digest));
  await host.writeAtomic(
    `${folder}/result.json`,
    new TextEncoder().encode(JSON.stringify([recordsOf(outcome), digests])),
  );
  return 0;
});

async function digest(values: Float32Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", values as Float32Array<ArrayBuffer>)).toHex();
}
