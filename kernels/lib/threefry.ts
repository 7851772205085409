/** Counter-based random numbers on the GPU: the generator of src/base/rng.ts, word for word. */
import { unroll } from "./source.ts";

const ROTATIONS = [[13, 15, 26, 6], [17, 29, 16, 24]];
const KEYS = ["key.x", "key.y", "third"];

/** Five groups of four rounds, each followed by its keys, as straight-line code. */
const rounds = unroll(5, (group) => {
  const mixes = ROTATIONS[group % 2].map((bits) =>
    `a += b; b = ((b << ${bits}u) | (b >> ${32 - bits}u)) ^ a;`
  );
  return `${mixes.join(" ")} a += ${KEYS[(group + 1) % 3]}; b += ${KEYS[(group + 2) % 3]} + ${group + 1}u;`;
});

/** WGSL: `threefry(key, counter)`, two random words (Threefry-2x32, 20 rounds). */
export const threefry = `
fn threefry(key: vec2u, counter: vec2u) -> vec2u {
  let third = key.x ^ key.y ^ 0x1bd11bdau;
  var a = counter.x + key.x;
  var b = counter.y + key.y;
  ${rounds}
  return vec2u(a, b);
}`;
