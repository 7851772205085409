import { variantsTest } from "./variants.ts";

variantsTest("every variant of a 3x3 convolution's products agrees with the definition", "f32", {
  n: 5,
  h: 9,
  w: 11,
  c: 20,
  r: 3,
  s: 3,
  k: 68,
  stride: 1,
  padding: 1,
});
variantsTest("every variant of the products of a 3x3 convolution that skips pixels agrees", "f16", {
  n: 3,
  h: 13,
  w: 7,
  c: 12,
  r: 3,
  s: 3,
  k: 20,
  stride: 2,
  padding: 1,
});
variantsTest("every variant of a 1x1 convolution's products agrees", "f16", {
  n: 5,
  h: 3,
  w: 5,
  c: 36,
  r: 1,
  s: 1,
  k: 132,
  stride: 1,
  padding: 0,
});
variantsTest("every variant of the products over one pixel agrees", "f32", {
  n: 19,
  h: 1,
  w: 1,
  c: 24,
  r: 3,
  s: 3,
  k: 28,
  stride: 1,
  padding: 1,
});
variantsTest("every variant of the products of a grouped convolution agrees", "f32", {
  n: 5,
  h: 7,
  w: 11,
  c: 24,
  r: 3,
  s: 3,
  k: 36,
  stride: 1,
  padding: 1,
  groups: 3,
});
