/**
 * The op ring's files that Chromium runs too, in two parts that take about as long, for a core each: those of the
 * matrix products, whose kernels take a software GPU seconds to compile, and all others.
 */

/** The tests of a folder whose names end so. */
function testsIn(folder: string, end: string): string[] {
  return [...Deno.readDirSync(new URL(`../../${folder}/`, import.meta.url))]
    .filter(({ name }) => name.endsWith(end)).map(({ name }) => `${folder}/${name}`).sort();
}

const files = [
  ...testsIn("tests/ops", "_test.ts"),
  ...testsIn("tests/kernels", "_tiled_test.ts"),
  "tests/kernels/batch_norm_merge_test.ts",
];

const isOfProducts = (file: string) => /(?:conv2d|linear|products|tiled)_test/.test(file);

/** Tests of convolutions, linear layers and the products behind them. */
export const productTests: readonly string[] = files.filter(isOfProducts);
/** All others. */
export const otherTests: readonly string[] = files.filter((file) => !isOfProducts(file));
