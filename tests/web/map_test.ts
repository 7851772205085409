/** The map of what the network sees: its places, what is framed, and the arrangement by neighbourhoods. */
import { assert, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { umapOf } from "../../web/engine/umap.ts";
import type { Known } from "../../web/state/survey.ts";
import { everyOf, principal, rowNear, rowsIn, spread } from "../../web/views/wrong/map_points.ts";

const known = (count: number): Known => {
  const random = rng(count, "map");
  return {
    paths: Array.from({ length: count }, (_, i) => `${i}`),
    map: Float32Array.from({ length: 2 * count }, () => random.normal()),
  } as unknown as Known;
};

for (const count of [1, 37, 4001, 9000]) {
  Deno.test(`a map of ${count} images has its points within it, the outermost at its edges`, () => {
    const all = known(count), every = everyOf(all), { rows, places } = spread(all, principal(all), 500);
    assertEquals(rows.length, Math.ceil(count / every));
    assert(rows.length <= 4000 && rows.every((row, i) => row === i * every));
    const xs = places.filter((_, i) => i % 2 === 0), ys = places.filter((_, i) => i % 2 === 1);
    if (count > 1) {
      assertEquals([Math.min(...xs), Math.max(...xs)].map(Math.round), [12, 488]);
      assertEquals([Math.min(...ys), Math.max(...ys)].map(Math.round), [12, 408]);
    }
    const row = rows[rows.length >> 1], at = 2 * (rows.length >> 1);
    const near = rowNear({ rows, places }, places[at] + 0.01, places[at + 1]);
    assert(near !== undefined);
    const [x, y] = [places[at], places[at + 1]];
    for (const kind of ["frame", "lasso"] as const) { // a press
      assert(rowsIn({ rows, places }, { kind, places: [{ x, y }, { x: x + 1, y }] }).includes(row));
    }
    const frame = [{ x: 400, y: 300 }, { x: 100, y: 50 }]; // drawn from the lower right
    const expected = [...rows].filter((_, i) =>
      places[2 * i] >= 100 && places[2 * i] <= 400 && places[2 * i + 1] >= 50 && places[2 * i + 1] <= 300
    );
    assertEquals(rowsIn({ rows, places }, { kind: "frame", places: frame }), expected);
    const corners = [[100, 50], [100, 300], [400, 300], [400, 50]].map(([x, y]) => ({ x, y }));
    assertEquals(rowsIn({ rows, places }, { kind: "lasso", places: corners }), expected);
    const notched = corners.toSpliced(2, 0, { x: 250, y: 100 }); // a triangle is cut out from below
    const left = expected.filter((row) => {
      const i = 2 * rows.indexOf(row), x = places[i], y = places[i + 1];
      return y < 100 + Math.abs(x - 250) * 200 / 150;
    });
    assertEquals(rowsIn({ rows, places }, { kind: "lasso", places: notched }), left);
  });
}

/** Three clouds far apart, in 20 dimensions. */
function clouds(count: number): Float32Array {
  const random = rng(5, "clouds");
  return Float32Array.from(
    { length: count * 20 },
    (_, i) => (Math.floor(i / 20) % 3 === i % 20 ? 30 : 0) + random.normal(),
  );
}

Deno.test("umapOf() keeps clouds together, tells how far it is, and gives the same map again", async () => {
  const features = clouds(180), said: number[] = [];
  const how = {
    progress: ({ done, total }: { done: number; total: number }) => said.push(done / total),
    signal: new AbortController().signal,
  };
  const map = await umapOf(features, 20, 1, how);
  assertEquals(map, await umapOf(features, 20, 1, how));
  assert(said.length > 10 && said.every((share) => share >= 0 && share < 1));
  const place = (row: number) => [map[2 * row], map[2 * row + 1]];
  const apart = (a: number, b: number) => Math.hypot(...place(a).map((value, k) => value - place(b)[k]));
  for (let row = 0; row < 180; row++) {
    const others = [...Array(180).keys()].filter((other) => other !== row);
    const nearest = others.reduce((best, other) => apart(row, other) < apart(row, best) ? other : best);
    assertEquals(nearest % 3, row % 3, `the neighbour of ${row}`);
  }
});

Deno.test("umapOf() ends when it is cancelled", async () => {
  const stop = new AbortController();
  const going = umapOf(clouds(90), 20, 1, { progress: () => stop.abort(), signal: stop.signal });
  const error = await going.then(() => undefined, (error) => error);
  assertEquals(error?.name, "AbortError");
});
