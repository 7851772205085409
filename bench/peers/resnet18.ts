/** ResNet-18 in whatever engine: the network is written once, each engine brings its ops. */

/** The ops of an engine; parameters go by torchvision's names. */
export interface NetOps<T> {
  conv(x: T, weight: string, stride: number, padding: number): T;
  /** Batch norm in training, by the batch's own statistics. */
  norm(x: T, name: string): T;
  relu(x: T): T;
  add(x: T, y: T): T;
  /** Maxima of 3x3 with stride 2, of values that are not negative. */
  maxPool(x: T): T;
  /** [N, C]: means over the image. */
  meanPool(x: T): T;
  linear(x: T, name: string): T;
  /** x for one use more than the last: engines that count references count it here. */
  again(x: T): T;
}

/** Images to logits. */
export function resnet18<T>(ops: NetOps<T>, images: T): T {
  const convNorm = (x: T, conv: string, norm: string, stride: number, padding: number) =>
    ops.norm(ops.conv(x, `${conv}.weight`, stride, padding), norm);
  const block = (x: T, name: string, stride: number) => {
    const first = ops.relu(convNorm(ops.again(x), `${name}.conv1`, `${name}.bn1`, stride, 1));
    const path = convNorm(first, `${name}.conv2`, `${name}.bn2`, 1, 1);
    const shortcut = stride === 1
      ? x
      : convNorm(x, `${name}.downsample.0`, `${name}.downsample.1`, stride, 0);
    return ops.relu(ops.add(path, shortcut));
  };
  let x = ops.maxPool(ops.relu(convNorm(images, "conv1", "bn1", 2, 3)));
  for (const stage of [1, 2, 3, 4]) {
    for (const i of [0, 1]) x = block(x, `layer${stage}.${i}`, stage > 1 && i === 0 ? 2 : 1);
  }
  return ops.linear(ops.meanPool(x), "fc");
}
