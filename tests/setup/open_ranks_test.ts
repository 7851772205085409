import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import type { Config } from "../../src/config/mod.ts";
import type { Host } from "../../src/setup/host.ts";
import {
  openRanks,
  type RankGpu,
  requireLaunch,
  requireOwnGpus,
  sharedGpu,
} from "../../src/setup/open_ranks.ts";
import { ranksInOneProcess } from "../ranks.ts";

const config = (trainer: Record<string, unknown>) =>
  ({ trainer: { devices: "auto", num_nodes: "auto", share_gpu: false, ...trainer } }) as unknown as Config;

function hostOf(
  ranks: Host["openRanks"],
  hostname: string,
  env: Record<string, string> = {},
  files: string[] = [],
): Host {
  return {
    program: "deno task",
    openRanks: ranks,
    hostname: () => hostname,
    usableGpuFiles: () => files,
    configWorld: { env: (name: string) => env[name] },
  } as unknown as Host;
}

type Launch = [devices: number | "auto", nodes: number | "auto", machines: string[]];

const fits: Launch[] = [
  ["auto", "auto", ["a", "a", "b"]],
  [1, 1, ["a"]],
  [2, 2, ["a", "b", "a", "b"]],
  ["auto", 1, ["a", "a"]],
];
for (const [devices, nodes, machines] of fits) {
  Deno.test(`devices=${devices} and num_nodes=${nodes} fit ${machines}`, () => {
    requireLaunch({ devices, num_nodes: nodes }, machines, "deno task");
  });
}

const differs: [...Launch, message: string][] = [
  [
    4,
    "auto",
    ["a"],
    "trainer.devices=4 because this process was started by itself: start it as `mpirun -n 4 ",
  ],
  [
    2,
    "auto",
    ["a", "a", "b"],
    "trainer.devices=2 because this launch has 3 ranks, 2 or 1 on each of 2 machines",
  ],
  ["auto", 2, ["a", "a"], "trainer.num_nodes=2 because this launch has 2 ranks, 2 on each of 1 machine"],
  [8, 4, ["a"], "mpirun -n 32 deno task train ...`, or give trainer.num_nodes=auto"],
];
for (const [devices, nodes, machines, message] of differs) {
  Deno.test(`devices=${devices} and num_nodes=${nodes} are refused with ${machines}`, () => {
    assertThrows(
      () => requireLaunch({ devices, num_nodes: nodes }, machines, "deno task"),
      ConfigError,
      message,
    );
  });
}

Deno.test("openRanks() compares the machines of all ranks with the configuration", async () => {
  const world = ranksInOneProcess(2);
  const opened = world.map((ranks, i) =>
    openRanks(hostOf(() => Promise.resolve(ranks), `vm-${i}`), config({ num_nodes: 2, devices: 1 }))
  );
  assertEquals(await Promise.all(opened), world);
  const refused = ranksInOneProcess(2).map((ranks) =>
    openRanks(hostOf(() => Promise.resolve(ranks), "vm"), config({ num_nodes: 2 }))
  );
  for (const each of refused) await assertRejects(() => each, ConfigError, "2 ranks, 2 on each of 1 machine");
});

Deno.test("openRanks() refuses ranks that are configured differently, but for what is their own", async () => {
  const open = (configs: readonly Record<string, unknown>[]) =>
    ranksInOneProcess(configs.length).map((ranks) => {
      const { trainer, ...rest } = configs[ranks.rank], host = hostOf(() => Promise.resolve(ranks), "vm");
      return openRanks(host, { ...config(trainer as Record<string, unknown>), ...rest } as Config);
    });
  const data = { batch_size: 8, data_root: "/scratch/0" };
  const common = { seed: 1, experiment: "a", trainer: { max_epochs: 2 }, data };
  const own = { ...common, experiment: "b", data: { ...data, data_root: "/scratch/1" } };
  await Promise.all(open([common, own, common]));
  const others: [Record<string, unknown>, message: string][] = [
    [
      { ...common, trainer: { max_epochs: 3 } },
      "rank 2 has trainer.max_epochs=3, and rank 0 trainer.max_epochs=2: ",
    ],
    [
      { ...common, data: { ...data, batch_size: 9 } },
      "rank 2 has data.batch_size=9, and rank 0 data.batch_size=8: ",
    ],
    [
      { ...common, data: { data_root: "" } },
      "rank 2 has data.batch_size=unset, and rank 0 data.batch_size=8: ",
    ],
    [{ ...common, seed: undefined }, "rank 2 has seed=unset, and rank 0 seed=1: "],
  ];
  for (const [other, message] of others) {
    const refused = open([common, own, other]);
    await Promise.all(refused.map((each) => assertRejects(() => each, ConfigError, message)));
  }
});

const t4: RankGpu = { machine: "vm", name: "Tesla T4", isSoftware: false, chosen: [""] };

Deno.test("sharedGpu() finds two ranks on one GPU", () => {
  assertEquals(sharedGpu([t4, { ...t4, machine: "vm-2" }, t4]), {
    ranks: [0, 2],
    machine: "vm",
    name: "Tesla T4",
  });
});

Deno.test("sharedGpu() lets GPUs of other machines, names and choices be, and software adapters", () => {
  assertEquals(
    sharedGpu([t4, { ...t4, machine: "b" }, { ...t4, name: "L4" }, { ...t4, chosen: ["1"] }]),
    undefined,
  );
  assertEquals(sharedGpu(Array(3).fill({ ...t4, name: "llvmpipe", isSoftware: true })), undefined);
});

Deno.test("requireOwnGpus() refuses a shared GPU on all ranks, unless it is asked for", async () => {
  const adapter = {
    vendor: "",
    architecture: "",
    device: "",
    description: "Tesla T4",
    isFallbackAdapter: false,
  };
  const require = (trainer: Record<string, unknown>, env: (rank: number) => Record<string, string>) =>
    ranksInOneProcess(2).map((ranks) => {
      const host = hostOf(() => Promise.resolve(ranks), "vm", env(ranks.rank));
      return requireOwnGpus(host, ranks, adapter, config(trainer));
    });
  for (const each of require({}, () => ({}))) {
    await assertRejects(() => each, ConfigError, "ranks 0 and 1 of vm because both use Tesla T4");
  }
  await Promise.all(require({ share_gpu: true }, () => ({})));
  await Promise.all(
    ranksInOneProcess(2).map((ranks) => {
      const host = hostOf(() => Promise.resolve(ranks), "vm", {}, [`/dev/nvidia${ranks.rank}`]);
      return requireOwnGpus(host, ranks, adapter, config({}));
    }),
  );
  await Promise.all(require({}, (rank) => ({ DRI_PRIME: `pci-0000_00_0${rank}_0` })));
});
