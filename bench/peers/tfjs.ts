/** TensorFlow.js with its WebGPU backend: eager ops, channels last, gradients by its own tape. */
import type * as TfPackage from "@tensorflow/tfjs";
import { GpuError } from "../../src/base/errors.ts";
import {
  decays,
  type HostTensor,
  load,
  type Peer,
  type PeerConv,
  type PeerConvCase,
  trainable,
} from "./peer.ts";
import type { PeerStep, PeerStepCase } from "./peer.ts";
import { type NetOps, network } from "./network.ts";

type Tf = typeof TfPackage;

/** Loads the packages and opens the adapter. */
export async function openTfjs(): Promise<Peer> {
  const tf = await load<Tf>("@tensorflow/tfjs");
  await load("@tensorflow/tfjs-backend-webgpu");
  if (!await tf.setBackend("webgpu")) {
    throw new GpuError("Cannot time tfjs because its WebGPU backend does not open");
  }
  await tf.ready();
  return {
    name: "tfjs",
    version: tf.version_core,
    remarks: [
      "tfjs has no AdamW: its own Adam is used after multiplying the weights by the decay",
      "tfjs keeps no running statistics here: its own batch norm is used, with its own moments",
    ],
    conv: (given) => Promise.resolve(conv(tf, given)),
    step: (given) => Promise.resolve(step(tf, given)),
  };
}

/** Images and filters are given in PyTorch's layout. */
function upload(tf: Tf, { shape, values }: HostTensor): TfPackage.Tensor {
  if (shape.length !== 4) return tf.tensor(values, [...shape]);
  return tf.tidy(() =>
    tf.tensor4d(values, shape as [number, number, number, number]).transpose([0, 2, 3, 1])
  );
}

/** [K, C, R, S] to [R, S, C, K]. */
function uploadFilter(tf: Tf, { shape, values }: HostTensor): TfPackage.Tensor4D {
  const [k, c, r, s] = shape;
  return tf.tidy(() => tf.tensor4d(values, [k, c, r, s]).transpose([2, 3, 1, 0]));
}

/** Waits for all work so far: the read comes after it in the queue. */
async function wait(tf: Tf, tensor: TfPackage.Tensor): Promise<void> {
  const one = tf.tidy(() => tensor.flatten().slice(0, 1));
  await one.data();
  one.dispose();
}

function conv(tf: Tf, { x, w, dy, stride, padding }: PeerConvCase): PeerConv {
  const operands = [upload(tf, x), uploadFilter(tf, w), upload(tf, dy)] as TfPackage.Tensor4D[];
  const [image, filter, slope] = operands;
  let last: TfPackage.Tensor[] = [];
  const differentiate = tf.valueAndGrads((x, w) =>
    tf.conv2d(x as TfPackage.Tensor4D, w as TfPackage.Tensor4D, stride, padding)
  );
  return {
    run() {
      tf.dispose(last);
      const { value, grads } = differentiate([image, filter], slope);
      last = [value, ...grads];
    },
    wait: () => wait(tf, last.at(-1) ?? slope),
    async results() {
      const [y, dx, dw] = last;
      const read = async (tensor: TfPackage.Tensor, axes: number[]) => {
        const moved = tensor.transpose(axes);
        const values = await moved.data();
        moved.dispose();
        return values;
      };
      return {
        y: await read(y, [0, 3, 1, 2]),
        dx: await read(dx, [0, 3, 1, 2]),
        dw: await read(dw, [3, 2, 0, 1]),
      };
    },
    free: () => tf.dispose([...operands, ...last]),
  };
}

function step(tf: Tf, given: PeerStepCase): PeerStep {
  const { layers, lr, betas, eps, weightDecay, classes } = given;
  const variables = new Map(
    trainable(given.state).map(([name, tensor]) => {
      const start = tensor.shape.length === 4 ? uploadFilter(tf, tensor) : upload(tf, tensor);
      return [name, tf.variable(start, true, name)];
    }),
  );
  const decayed = trainable(given.state).filter(([, tensor]) => decays(tensor)).map(([name]) =>
    variables.get(name)!
  );
  const images = upload(tf, given.images);
  const targets = tf.oneHot(tf.tensor1d(Int32Array.from(given.labels), "int32"), classes);
  const optimizer = tf.train.adam(lr, ...betas, eps);
  let last: TfPackage.Scalar | undefined;
  const loss = () => {
    const logits = network(layers, netOps(tf, variables), images);
    return tf.losses.softmaxCrossEntropy(targets, logits).asScalar();
  };
  return {
    run() {
      last?.dispose();
      last = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(loss);
        for (const variable of decayed) variable.assign(variable.mul(1 - lr * weightDecay));
        optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
        return value;
      });
    },
    wait: () => wait(tf, last ?? targets),
    loss: async () => (await last!.data())[0],
    free() {
      optimizer.dispose();
      tf.dispose([...variables.values(), images, targets]);
      last?.dispose();
    },
  };
}

function hardSigmoid(x: TfPackage.Tensor): TfPackage.Tensor {
  return x.add(3).clipByValue(0, 6).div(6);
}

function netOps(tf: Tf, variables: ReadonlyMap<string, TfPackage.Variable>): NetOps<TfPackage.Tensor> {
  const get = <T>(name: string) => variables.get(name) as T;
  return {
    again: (x) => x,
    layers: {
      conv({ name, stride, padding, groups = 1 }, x) {
        const filter = get<TfPackage.Tensor4D>(`${name}.weight`), image = x as TfPackage.Tensor4D;
        if (groups === 1) return tf.conv2d(image, filter, stride, padding);
        return tf.depthwiseConv2d(
          image,
          filter.transpose([0, 1, 3, 2]) as TfPackage.Tensor4D,
          stride,
          padding,
        );
      },
      batch_norm({ name, eps = 1e-5 }, x) {
        const { mean, variance } = tf.moments(x, [0, 1, 2]);
        const part = (part: string) => get<TfPackage.Tensor1D>(`${name}.${part}`);
        const moments = [mean as TfPackage.Tensor1D, variance as TfPackage.Tensor1D] as const;
        return tf.batchNorm(x, ...moments, part("bias"), part("weight"), eps);
      },
      relu: (_, x) => x.relu(),
      hardswish: (_, x) => x.mul(hardSigmoid(x)),
      squeeze_excite({ name }, x) { // of MobileNet: ReLU between the products, a hard sigmoid behind them
        const product = (part: string, x: TfPackage.Tensor) =>
          tf.conv2d(x as TfPackage.Tensor4D, get<TfPackage.Tensor4D>(`${name}.${part}.weight`), 1, 0)
            .add(get<TfPackage.Tensor>(`${name}.${part}.bias`));
        return x.mul(hardSigmoid(product("fc2", product("fc1", x.mean([1, 2], true)).relu())));
      },
      dropout: (_, x) => x, // which is off
      add: (_, x, y) => x.add(y),
      max_pool: ({ kernel, stride, padding }, x) =>
        tf.maxPool(x as TfPackage.Tensor4D, kernel, stride, padding),
      global_avg_pool: (_, x) => x.mean([1, 2]),
      flatten: (_, x) => x,
      linear: ({ name }, x) =>
        tf.matMul(x, get(`${name}.weight`), false, true).add(get<TfPackage.Tensor>(`${name}.bias`)),
    },
  };
}
