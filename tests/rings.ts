/**
 * The test rings that need something of the machine: an adapter or a browser. Ring 1 (pure) needs nothing and
 * uses `Deno.test` itself. Where the need is not met a ring's tests are ignored and the reason is printed once
 * a file; with `CI=true` they fail instead, so that no run is green that has not looked.
 */

import { GpuError } from "../src/base/errors.ts";
import type { Matmul } from "../src/core/device.ts";
import type { ProviderName } from "../src/core/providers/mod.ts";
import { openGpu } from "../src/host/deno_gpu.ts";

/** What a ring's tests get: Deno's own test context. */
export type TestBody = (context: Deno.TestContext) => void | Promise<void>;

/** Deno's test options that a ring's test may set, such as `sanitizeOps: false`. */
export type TestOptions = Omit<Deno.TestDefinition, "name" | "fn" | "ignore">;

/** Registers one test of a ring: `gpuTest("relu() zeroes negative values", async () => { ... })`. */
export type RingTest = (name: string, fn: TestBody, options?: TestOptions) => void;

/** Where a ring registers its tests; the tests of this file hand in their own. */
export interface RingHost {
  isCi: boolean;
  register(definition: Deno.TestDefinition): void;
  print(line: string): void;
}

const denoHost: RingHost = {
  isCi: Deno.env.get("CI") === "true",
  register: (definition) => Deno.test(definition),
  print: (line) => console.log(line),
};

/**
 * The registrar of ring `number`, called `name` in messages. If it is not `available`, its tests are ignored
 * with `reason` printed, or fail with it under CI.
 */
export function ring(
  number: number,
  name: string,
  available: boolean,
  reason: string,
  host: RingHost = denoHost,
): RingTest {
  let isSaid = false;
  const message = `ring ${number} (${name}) ignored: ${reason}`;
  return (testName, fn, options = {}) => {
    if (available) return host.register({ ...options, name: testName, fn });
    if (!isSaid) host.print(message);
    isSaid = true;
    const refuse = () => {
      throw new Error(`Cannot pass CI as ${message}`);
    };
    host.register({ ...options, name: testName, fn: refuse, ignore: !host.isCi });
  };
}

/**
 * The browser of the page tests: `$CHROME_PATH`, what playwright-core has fetched, or the first Chromium or
 * Chrome on PATH, in this order, since Ubuntu's chromium-browser may be a stub that only tells of a snap.
 */
export function findChromium(): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const onPath = names.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
  return [Deno.env.get("CHROME_PATH"), ...fetchedChromium(), ...onPath].find((path) => path && isFile(path));
}

function fetchedChromium(): string[] {
  const cache = `${Deno.env.get("HOME")}/.cache/ms-playwright`;
  try {
    const builds = [...Deno.readDirSync(cache)].filter(({ name }) => name.startsWith("chromium-"));
    return builds.flatMap(({ name }) =>
      ["chrome-linux64", "chrome-linux"].map((folder) => `${cache}/${name}/${folder}/chrome`)
    );
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Deno's GPU, or that of the provider that the tests are run with: `WGRAD_GPU=dawn`. */
export function testGpu(): Promise<GPU> {
  return openGpu(Deno.env.get("WGRAD_GPU") as ProviderName | undefined);
}

/** How the tests' device multiplies f32, for the op ring on matrix units: `WGRAD_MATMUL=split`. */
export const testMatmul: Matmul = Deno.env.get("WGRAD_MATMUL") === "split" ? "split" : "f32";

async function findAdapter(): Promise<GPUAdapter | null> {
  try {
    return await (await testGpu()).requestAdapter();
  } catch (error) {
    if (error instanceof GpuError) return null;
    throw error;
  }
}

/** The page tests' browser, if there is one. */
export const chromiumPath: string | undefined = findChromium();

const hasAdapter = await findAdapter() !== null;
const noAdapter =
  "there is no WebGPU adapter; ./setup.sh installs a Vulkan driver, deno task doctor says more";
const noBrowser = "there is no Chromium; ./setup.sh installs it, or set CHROME_PATH";

/** Ring 2: an op, or anything else of the engine, on the adapter. */
export const gpuTest: RingTest = ring(2, "op", hasAdapter, noAdapter);
/** Ring 3: the engine against what PyTorch computed. */
export const parityTest: RingTest = ring(3, "parity", hasAdapter, noAdapter);
/** Ring 4: the command line on a small dataset. */
export const e2eTest: RingTest = ring(4, "end to end", hasAdapter, noAdapter);
/** Ring 4: the page in a real browser, found at `chromiumPath`. */
export const browserTest: RingTest = ring(4, "page", chromiumPath !== undefined, noBrowser);

/** Registers what is done after a file's last test. */
export const afterAll: (fn: () => void | Promise<void>) => void = (fn) => Deno.test.afterAll(fn);

/** True where comparisons are to print how much of their tolerance was used: `WGRAD_SHARES=1`. */
export const printsShares: boolean = Boolean(Deno.env.get("WGRAD_SHARES"));
