/**
 * torchvision's own networks at full size: their state dicts load, the logits of a picture of the size at which their
 * weights were evaluated are PyTorch's, and what is written back is what PyTorch had. Needs a Python with torch,
 * torchvision and safetensors.
 */
import { assert, assertEquals } from "@std/assert";
import { openDevice } from "../../src/core/device.ts";
import { readSafetensors, toFloat32 } from "../../src/formats/safetensors.ts";
import { openFile } from "../../src/host/deno_file_source.ts";
import { imagesToEngine } from "../../src/nn/layout.ts";
import { createModel, type ModelName, models } from "../../src/nn/models/mod.ts";
import { encodeCheckpoint, loadCheckpoint } from "../../src/train/checkpoint.ts";
import { predictor } from "../../src/train/predictor.ts";
import { pythonTest, runPython } from "../python.ts";
import { shapesOf } from "./models/state_dicts.ts";

const make = `
import sys, torch, torchvision
from safetensors.torch import save_file
folder, name, size = sys.argv[1:]
torch.manual_seed(9)
model = torchvision.models.get_model(name)
for module in model.modules():
    if isinstance(module, torch.nn.BatchNorm2d): module.momentum = None
    if isinstance(module, torchvision.ops.StochasticDepth): module.p = 0
    last = {"BasicBlock": "bn2", "Bottleneck": "bn3"}.get(type(module).__name__)
    if last: torch.nn.init.constant_(getattr(module, last).weight, .3)  # else depth multiplies each rounding
with torch.no_grad():
    for _ in range(2): model.train()(torch.randn(2, 3, int(size), int(size)))  # statistics that keep signals as large
torch.save(model.state_dict(), f"{folder}/{name}.pth")
model.eval()
images = torch.randn(1, 3, int(size), int(size))
with torch.no_grad():
    single, other = model(images), model(-images)
    logits = model.double()(images.double())
    largest = logits.abs().max()
    assert (single - other).abs().max() > .1 * largest, "the logits do not depend on the picture"
    assert (single - logits).abs().max() < 1e-4 * largest, "float32 does not carry these weights"
    save_file({"images": images, "logits": logits.float()}, f"{folder}/run.safetensors")
`;

const compare = `
import sys, torch
from safetensors.torch import load_file
before, after = torch.load(sys.argv[1], weights_only=True), load_file(sys.argv[2])
assert list(sorted(before)) == list(sorted(after)), set(before) ^ set(after)
for name, tensor in before.items():
    assert tensor.dtype == after[name].dtype and torch.equal(tensor, after[name]), name
print(len(before))
`;

/** Registers the test of a network. */
export function logitsTest(name: ModelName): void {
  const size = models[name].weights!.crop;
  pythonTest(`${name} of torchvision gives PyTorch's logits at ${size}, and goes back unchanged`, [
    "torchvision",
    "safetensors",
  ], async () => {
    const folder = await Deno.makeTempDir(), device = await openDevice(navigator.gpu);
    try {
      await runPython(make, [folder, name, String(size)]);
      const classes = Array.from({ length: 1000 }, (_, i) => String(i));
      const model = createModel(device, name, { classes: 1000, seed: 1 });
      const path = `${folder}/${name}.pth`;
      assertEquals(await loadCheckpoint(model, await openFile(path), { classes }), { fresh: [], aside: [] });
      const { tensors } = readSafetensors(await Deno.readFile(`${folder}/run.safetensors`));
      const images = imagesToEngine([1, 3, size, size], toFloat32(tensors.get("images")!));
      const logits = await predictor(device, model, { imageSize: size, batchSize: 1 }).logits(images, 1);
      const expected = toFloat32(tensors.get("logits")!);
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const off = logits.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0) /
        largest;
      console.log(`${name}: logits off by ${off.toExponential(1)} of the largest`);
      assert(off < 1e-3, `off by ${off}`);
      const back = `${folder}/back.safetensors`;
      const info = { epoch: 0, step: 0, classes, imageSize: size, accuracy: NaN };
      await Deno.writeFile(back, await encodeCheckpoint(model, info));
      assertEquals(Number(await runPython(compare, [path, back])), shapesOf(name, 1000).size);
    } finally {
      device.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}
