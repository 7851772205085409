/** Principal coordinates against an eigendecomposition by Jacobi rotations. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { principalPlane } from "../../src/metrics/pca.ts";

/** Eigenvalues and eigenvectors (columns) of a symmetric matrix, largest first. */
function jacobi(given: number[][]): { value: number; vector: number[] }[] {
  const a = given.map((row) => [...row]), n = a.length;
  const v = a.map((_, i) => a.map((_, j) => Number(i === j)));
  for (let sweep = 0; sweep < 60; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(a[p][q]) < 1e-15) continue;
        const theta = 0.5 * Math.atan2(2 * a[p][q], a[q][q] - a[p][p]);
        const [c, s] = [Math.cos(theta), Math.sin(theta)];
        for (let k = 0; k < n; k++) {
          [a[k][p], a[k][q]] = [c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]];
        }
        for (let k = 0; k < n; k++) {
          [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
        }
        for (let k = 0; k < n; k++) {
          [v[k][p], v[k][q]] = [c * v[k][p] - s * v[k][q], s * v[k][p] + c * v[k][q]];
        }
      }
    }
  }
  return a.map((_, i) => ({ value: a[i][i], vector: v.map((row) => row[i]) }))
    .sort((x, y) => y.value - x.value);
}

for (const [rows, columns] of [[41, 7], [9, 13], [200, 3]]) {
  Deno.test(`principalPlane() of ${rows} rows of ${columns} is what eigenvectors give`, () => {
    const random = rng(rows, "pca");
    const scales = Array.from({ length: columns }, (_, k) => 4 / (k + 1));
    const mix = scales.map(() => scales.map(() => random.normal()));
    const table = Array.from({ length: rows }, () => {
      const drawn = scales.map((scale) => scale * random.normal());
      return mix.map((row) => 3 + row.reduce((sum, weight, k) => sum + weight * drawn[k], 0));
    }).map((row) => row.map(Math.fround));
    const mean = scales.map((_, k) => table.reduce((sum, row) => sum + row[k], 0) / rows);
    const centred = table.map((row) => row.map((value, k) => value - mean[k]));
    const covariance = scales.map((_, i) =>
      scales.map((_, j) => centred.reduce((sum, row) => sum + row[i] * row[j], 0))
    );
    const eigen = jacobi(covariance), total = eigen.reduce((sum, { value }) => sum + value, 0);
    const { coordinates, explained } = principalPlane(Float32Array.from(table.flat()), rows, columns);
    for (const at of [0, 1]) {
      const { value, vector } = eigen[at];
      assertAlmostEquals(explained[at], value / total, 1e-4);
      const most = vector.reduce((a, b) => Math.abs(b) > Math.abs(a) ? b : a);
      centred.forEach((row, i) => {
        const score = Math.sign(most) * row.reduce((sum, one, k) => sum + one * vector[k], 0);
        assertAlmostEquals(coordinates[2 * i + at], score, 0.02 * Math.sqrt(value / rows));
      });
    }
  });
}

Deno.test("principalPlane() of equal rows is zero", () => {
  const { coordinates, explained } = principalPlane(Float32Array.of(1, 2, 1, 2, 1, 2), 3, 2);
  assertEquals([...coordinates], [0, 0, 0, 0, 0, 0]);
  assertEquals(explained, [0, 0]);
});
