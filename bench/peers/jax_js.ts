/**
 * jax-js on WebGPU: traced once and compiled with jit(), channels first. Arrays are reference-counted: a use consumes
 * one.
 */
import type * as JaxPackage from "@jax-js/jax";
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

type Jax = typeof JaxPackage;
type JaxArray = JaxPackage.Array;
/** Arrays by parameter name: a pytree. */
type Arrays = Record<string, JaxArray>;

/** The package does not report its version: this is the pin of deno.json. */
const VERSION = "0.1.25";

/** Loads the package and opens the adapter. */
export async function openJaxJs(): Promise<Peer> {
  const jax = await load<Jax>("@jax-js/jax");
  if (!(await jax.init("webgpu")).includes("webgpu")) {
    throw new GpuError("Cannot time jax-js because its WebGPU backend does not open");
  }
  jax.defaultDevice("webgpu");
  return {
    name: "jax-js",
    version: VERSION,
    remarks: [
      "jax-js has no AdamW and no batch norm: both are composed of its ops, with the whole step in one jit()",
    ],
    conv: (given) => conv(jax, given),
    step: (given) => step(jax, given),
  };
}

async function upload({ numpy, blockUntilReady }: Jax, { shape, values }: HostTensor): Promise<JaxArray> {
  return await blockUntilReady(numpy.array(values as Float32Array<ArrayBuffer>).reshape([...shape]));
}

async function conv(jax: Jax, given: PeerConvCase): Promise<PeerConv> {
  const { stride, padding } = given;
  const x = await upload(jax, given.x), w = await upload(jax, given.w), dy = await upload(jax, given.dy);
  const pads: [number, number][] = [[padding, padding], [padding, padding]];
  const differentiate = jax.jit((x: JaxArray, w: JaxArray, dy: JaxArray) => {
    const [y, back] = jax.vjp((x: JaxArray, w: JaxArray) => jax.lax.conv(x, w, [stride, stride], pads), [
      x,
      w,
    ]);
    const [dx, dw] = back(dy) as [JaxArray, JaxArray];
    return [y, dx, dw];
  });
  let last: JaxArray[] = [];
  const dispose = () => last.forEach((array) => array.dispose());
  return {
    // Work is done when it is waited for, and not at all if its results are gone by then.
    async run() {
      dispose();
      last = differentiate(x.ref, w.ref, dy.ref) as JaxArray[];
      await jax.blockUntilReady(last);
    },
    wait: async () => void await jax.blockUntilReady(last),
    async results() {
      const [y, dx, dw] = await Promise.all(last.map((array) => array.ref.data()));
      return { y, dx, dw } as Record<"y" | "dx" | "dw", Float32Array>;
    },
    free() {
      dispose();
      [x, w, dy].forEach((array) => array.dispose());
      differentiate.dispose();
    },
  };
}

/** The results of a step: loss, parameters and both moments. */
type Stepped = [JaxArray, Arrays, Arrays, Arrays];

async function step(jax: Jax, given: PeerStepCase): Promise<PeerStep> {
  const { numpy: np } = jax;
  const { lr, betas: [beta1, beta2] } = given;
  const images = await upload(jax, given.images);
  const labels = np.array(Int32Array.from(given.labels));
  let parameters: Arrays = {}, first: Arrays = {}, second: Arrays = {};
  for (const [name, tensor] of trainable(given.state)) {
    parameters[name] = await upload(jax, tensor);
    [first[name], second[name]] = [np.zeros([...tensor.shape]), np.zeros([...tensor.shape])];
  }
  const update = adamw(jax, given);
  const stepped = jax.jit(
    (
      parameters: Arrays,
      first: Arrays,
      second: Arrays,
      scalars: JaxArray,
      images: JaxArray,
      labels: JaxArray,
    ) => {
      const [loss, gradients] = jax.valueAndGrad(crossEntropy(jax, given))(
        jax.tree.ref(parameters),
        images,
        labels,
      );
      return [loss, ...update(parameters, gradients as Arrays, first, second, scalars)] as Stepped;
    },
  );
  let count = 0, loss: JaxArray | undefined;
  return {
    run() {
      count++;
      loss?.dispose();
      const scalars = np.array([lr / (1 - beta1 ** count), Math.sqrt(1 - beta2 ** count)]);
      [loss, parameters, first, second] = stepped(
        parameters,
        first,
        second,
        scalars,
        images.ref,
        labels.ref,
      ) as Stepped;
    },
    wait: async () => void await jax.blockUntilReady([loss!, ...Object.values(parameters)]),
    loss: async () => (await loss!.ref.data())[0],
    free() {
      for (const tree of [parameters, first, second]) jax.tree.dispose(tree);
      for (const array of [images, labels, loss]) array?.dispose();
      stepped.dispose();
    },
  };
}

/** The mean loss of the network's logits. */
function crossEntropy(jax: Jax, { layers, classes, labels: { length } }: PeerStepCase) {
  return (parameters: Arrays, images: JaxArray, labels: JaxArray): JaxArray => {
    const logits = network(layers, netOps(jax, parameters), images);
    return jax.nn.logSoftmax(logits).mul(jax.nn.oneHot(labels, classes)).sum().mul(-1 / length);
  };
}

/** torch.optim.AdamW for each array; the scalars are lr / (1 - b1^t) and sqrt(1 - b2^t). */
function adamw({ numpy: np }: Jax, { state, lr, betas: [beta1, beta2], eps, weightDecay }: PeerStepCase) {
  return (
    parameters: Arrays,
    gradients: Arrays,
    first: Arrays,
    second: Arrays,
    scalars: JaxArray,
  ): [Arrays, Arrays, Arrays] => {
    const [p, m, v]: [Arrays, Arrays, Arrays] = [{}, {}, {}];
    const rate = scalars.ref.slice(0), deviation = scalars.slice(1);
    for (const name of Object.keys(parameters)) {
      const gradient = gradients[name];
      m[name] = first[name].mul(beta1).add(gradient.ref.mul(1 - beta1));
      v[name] = second[name].mul(beta2).add(np.square(gradient).mul(1 - beta2));
      const divisor = np.sqrt(v[name].ref).div(deviation.ref).add(eps);
      const decay = decays(state.get(name)!) ? 1 - lr * weightDecay : 1;
      p[name] = parameters[name].mul(decay).sub(m[name].ref.div(divisor).mul(rate.ref));
    }
    rate.dispose();
    deviation.dispose();
    return [p, m, v];
  };
}

function netOps({ numpy: np, lax, nn }: Jax, parameters: Arrays): NetOps<JaxArray> {
  const get = (name: string) => parameters[name]; // each is used once, which consumes its reference
  return {
    again: (x) => x.ref,
    layers: {
      conv: ({ name, stride, padding }, x) =>
        lax.conv(x, get(`${name}.weight`), [stride, stride], [[padding, padding], [padding, padding]]),
      batch_norm({ name }, x) {
        const axis = [0, 2, 3], shape = [1, -1, 1, 1];
        const centred = x.ref.sub(np.mean(x, axis, { keepdims: true }));
        const variance = np.mean(np.square(centred.ref), axis, { keepdims: true });
        const scale = get(`${name}.weight`).reshape(shape).div(np.sqrt(variance.add(1e-5)));
        return centred.mul(scale).add(get(`${name}.bias`).reshape(shape));
      },
      relu: (_, x) => nn.relu(x),
      add: (_, x, y) => x.add(y),
      max_pool({ kernel, stride, padding: by }, x) { // of values that are not negative
        const padded = np.pad(x, [[0, 0], [0, 0], [by, by], [by, by]]);
        return lax.reduceWindow(padded, (window) => np.max(window), [kernel, kernel], [stride, stride]);
      },
      global_avg_pool: (_, x) => np.mean(x, [2, 3]),
      flatten: (_, x) => x,
      linear: ({ name }, x) => np.matmul(x, np.transpose(get(`${name}.weight`))).add(get(`${name}.bias`)),
    },
  };
}
