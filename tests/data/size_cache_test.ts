import { assert, assertEquals } from "@std/assert";
import { bySizes } from "../../src/data/size_cache.ts";

Deno.test("bySizes() makes each value once, and forgets all when there are too many", () => {
  let made = 0;
  const get = bySizes(
    2,
    (inSize, outSize, from, to) => ({ sizes: [inSize, outSize, from, to], number: ++made }),
  );
  assert(get(3, 2, 0, 2) === get(3, 2, 0, 2));
  assertEquals(get(2, 3, 0, 3), { sizes: [2, 3, 0, 3], number: 2 });
  get(4, 4, 0, 4);
  assertEquals(get(3, 2, 0, 2).number, 4);
});

Deno.test("bySizes() tells sizes above 65,535 apart", () => {
  const get = bySizes(9, (...sizes) => sizes);
  get(0, 65536, 0, 1);
  assertEquals(get(1, 0, 0, 1), [1, 0, 0, 1]);
});
