import { assert, assertEquals } from "@std/assert";
import { bySizes } from "../../src/data/size_cache.ts";

Deno.test("bySizes() makes each value once, and forgets all when there are too many", () => {
  let made = 0;
  const get = bySizes(2, (inSize, outSize) => ({ inSize, outSize, number: ++made }));
  assert(get(3, 2) === get(3, 2));
  assertEquals(get(2, 3), { inSize: 2, outSize: 3, number: 2 });
  get(4, 4);
  assertEquals(get(3, 2).number, 4);
});
