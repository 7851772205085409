/**
 * What stands in for tests/rings.ts in a page: tests are kept by name, and the page's driver (op_ring_test.ts) runs
 * them one by one. So the page runs the very cases that Deno runs.
 */
import type { Matmul } from "../../src/core/device.ts";
import type { RingTest, TestBody } from "../rings.ts";

const tests = new Map<string, TestBody>();

/** Keeps a test for the driver. */
export const gpuTest: RingTest = (name, body) => {
  if (tests.has(name)) throw new RangeError(`Cannot keep two tests of the name "${name}"`);
  tests.set(name, body);
};

/** The page's GPU. */
export function testGpu(): Promise<GPU> {
  return Promise.resolve(navigator.gpu);
}

/** How the page's device multiplies f32. */
export const testMatmul: Matmul = "f32";

/** The page is closed after its last test, and what it holds with it. */
export function afterAll(): void {}

export const printsShares = false;

/** The tests' names, in the order of their files. */
export function names(): string[] {
  return [...tests.keys()];
}

/** Runs one test; returns how it failed, or undefined. */
export async function run(name: string): Promise<string | undefined> {
  let place = "";
  const step = async (stepName: string, body: () => void | Promise<void>) => {
    place = `${stepName}: `;
    await body();
    place = "";
  };
  try {
    await tests.get(name)!({ step } as unknown as Deno.TestContext);
    return undefined;
  } catch (error) {
    const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
    return place + (stack.includes(message) ? stack : message);
  }
}
