/** Trainings on several ranks, as a user starts them, by each MPI that is installed. */
import { assertEquals } from "@std/assert";
import { installedMpis } from "../mpi.ts";
import { tiny, withFolder } from "./cli.ts";

/** What a training on two ranks leaves: its metrics, and what was said. */
async function train(mpi: (typeof installedMpis)[number]): Promise<string> {
  let metrics = "";
  await withFolder(async (folder) => {
    const args = ["run", "--config=deno.json", "--allow-all", "src/cli.ts", "train", ...tiny(folder, 2)];
    const { code, stderr } = await mpi.launch(2, args, { DENO_NO_UPDATE_CHECK: "1" }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    metrics = await Deno.readTextFile(`${folder}/run/metrics.jsonl`);
  });
  return metrics;
}

Deno.test({
  name: "two ranks train to the same losses, bit for bit, by each MPI",
  ignore: installedMpis.length < 2,
  async fn() {
    const [first, ...others] = installedMpis, expected = await train(first);
    assertEquals(expected.trim().split("\n").length > 2, true, expected);
    for (const mpi of others) assertEquals(await train(mpi), expected, mpi.name);
  },
});
