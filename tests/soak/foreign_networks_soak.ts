/**
 * A network of each family as PyTorch exports it to ONNX: ONNX Runtime's logits through our classifier are PyTorch's,
 * and the weights, which an export for training keeps by their names, load into our network. `PYTHON=...` names an
 * interpreter with torch, torchvision, onnx and onnxscript.
 */
import { assert, assertEquals } from "@std/assert";
import { IMAGENET, type Picture } from "../../src/data/types.ts";
import { openDevice } from "../../src/core/device.ts";
import { openFile } from "../../src/host/deno_file_source.ts";
import { openOnnx } from "../../src/host/deno_onnx.ts";
import { createModel, type ModelName } from "../../src/nn/models/mod.ts";
import { onnxClassifier } from "../../src/setup/classify/onnx_classifier.ts";
import { loadCheckpoint } from "../../src/train/checkpoint.ts";
import { predictor } from "../../src/train/predictor.ts";
import { pythonTest, runPython } from "../python.ts";

const SIZE = 64, CLASSES = 9, COLOR = [30, 200, 90];

const names: readonly ModelName[] = [
  "resnext50_32x4d",
  "mobilenet_v3_small",
  "efficientnet_b0",
  "convnext_tiny",
];

/** Exports as users do, and with all weights as they are; prints the logits of a picture of one colour. */
const make = `
import json, sys, torch, torchvision
folder, name, size, classes, color = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), json.loads(sys.argv[5])
torch.manual_seed(3)
model = torchvision.models.get_model(name, num_classes=classes)
for module in model.modules():
    if isinstance(module, torch.nn.BatchNorm2d): module.momentum = None
with torch.no_grad():
    for _ in range(3): model.train()(torch.randn(8, 3, size, size))
model.eval()
mean, std = torch.tensor([.485, .456, .406]), torch.tensor([.229, .224, .225])
image = ((torch.tensor(color) / 255 - mean) / std).view(1, 3, 1, 1).expand(1, 3, size, size).contiguous()
torch.onnx.export(model, (image,), f"{folder}/folded.onnx", external_data=False, verbose=False)
torch.onnx.export(model, (image,), f"{folder}/kept.onnx", dynamo=False, do_constant_folding=False,
    training=torch.onnx.TrainingMode.PRESERVE)
with torch.no_grad(): print("logits", json.dumps(model(image)[0].tolist()))
`;

const plain: Picture = {
  width: SIZE,
  height: SIZE,
  data: Uint8Array.from({ length: 3 * SIZE * SIZE }, (_, i) => COLOR[i % 3]),
};

/** The largest difference, relative to the largest logit. */
function apart(logits: Float32Array, expected: readonly number[]): number {
  assertEquals(logits.length, expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(logits[i] - value))) / largest;
}

for (const name of names) {
  pythonTest(`${name} as PyTorch exports it is used and loads`, ["torchvision", "onnxscript"], async () => {
    const folder = await Deno.makeTempDir(), device = await openDevice(navigator.gpu);
    try {
      const printed = await runPython(make, [
        ...[folder, name, String(SIZE), String(CLASSES)],
        JSON.stringify(COLOR),
      ]);
      const expected: number[] = JSON.parse(/^logits (.*)$/m.exec(printed)![1]);
      const host = { openOnnx, readFile: (path: string) => Deno.readFile(path) };
      const classifier = await onnxClassifier(host, `${folder}/folded.onnx`);
      const used = apart(await classifier.logits([plain]), expected);
      await classifier.close();
      const model = createModel(device, name, { classes: CLASSES, seed: 1 });
      const classes = Array.from({ length: CLASSES }, (_, i) => String(i));
      const file = await openFile(`${folder}/kept.onnx`);
      assertEquals(await loadCheckpoint(model, file, { classes }), { fresh: [], aside: [] });
      const { mean, std } = IMAGENET;
      const images = new Float32Array(SIZE * SIZE * 4)
        .map((_, i) => i % 4 < 3 ? (COLOR[i % 4] / 255 - mean[i % 4]) / std[i % 4] : 0);
      const own = await predictor(device, model, { imageSize: SIZE, batchSize: 1 }).logits(images, 1);
      const loaded = apart(own, expected);
      console.log(
        `${name}: logits off by ${used.toExponential(1)} in ONNX Runtime, ${loaded.toExponential(1)} here`,
      );
      assert(used < 1e-4 && loaded < 1e-3, `${used}, ${loaded}`);
    } finally {
      device.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}
