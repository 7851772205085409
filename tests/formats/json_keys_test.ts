import { assertEquals } from "@std/assert";
import { duplicateKey } from "../../src/formats/json_keys.ts";

Deno.test("duplicateKey() finds a key that stands twice in one object, at any depth", () => {
  assertEquals(duplicateKey(`{"a":1,"b":2,"a":3}`), "a");
  assertEquals(duplicateKey(`{"a":{"x":1,"\\u0078" : 2}}`), "x");
  assertEquals(duplicateKey(`[{"k":1},{"k":[{"k":1,"k":1}]}]`), "k");
});

Deno.test("duplicateKey() lets equal keys of different objects and equal strings pass", () => {
  assertEquals(duplicateKey(`{"a":{"a":"a"},"b":["a","a"],"c":"\\"a\\":"}`), undefined);
  assertEquals(duplicateKey(`"a"`), undefined);
  assertEquals(duplicateKey(`{"x":"{\\"y\\":1,\\"y\\":2}"}`), undefined);
});
