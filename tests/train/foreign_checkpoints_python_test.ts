/** Checkpoints as PyTorch's own wrappers and Hugging Face's library write them. */
import { assertEquals } from "@std/assert";
import { toFloat32 } from "../../src/formats/safetensors.ts";
import { openFile } from "../../src/host/deno_file_source.ts";
import { everyModel } from "../../src/nn/models/recognize.ts";
import { checkpointWeights } from "../../src/train/checkpoint_weights.ts";
import { pythonTest, runPython } from "../python.ts";

const wrappers = `
import argparse, copy, sys, torch, torchvision
folder = sys.argv[1]
model = torchvision.models.resnet18(num_classes=5)
save = lambda name, value: torch.save(value, f"{folder}/{name}.pth")
optimizer = torch.optim.AdamW(model.parameters())
sum(p.sum() for p in model.parameters()).backward(); optimizer.step()
save("plain", model.state_dict())
save("parallel", torch.nn.DataParallel(model).state_dict())
save("compiled", torch.compile(model).state_dict())
save("swa", torch.optim.swa_utils.AveragedModel(model).state_dict())
save("tuple", (model.state_dict(), {"epoch": 3}))
other = copy.deepcopy(model); torch.nn.init.ones_(other.conv1.weight)
save("ema", {"model": torch.nn.DataParallel(other).state_dict(), "model_ema": model.state_dict(),
             "optimizer": optimizer.state_dict(), "args": argparse.Namespace(lr=1), "epoch": 3})
`;

const hub = `
import sys, torch
from transformers import ResNetConfig, ResNetForImageClassification
config = ResNetConfig(layer_type="basic", depths=[2, 2, 2, 2], hidden_sizes=[64, 128, 256, 512], num_labels=5)
model = ResNetForImageClassification(config)
model.save_pretrained(sys.argv[1])
print(len(model.state_dict()), float(model.state_dict()["resnet.encoder.stages.3.layers.1.layer.1.convolution.weight"].sum()))
`;

async function open(path: string) {
  return await checkpointWeights(await openFile(path), { networks: everyModel });
}

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

pythonTest(
  "checkpointWeights() finds the same weights in whatever PyTorch wraps them",
  ["torchvision"],
  () =>
    withFolder(async (folder) => {
      await runPython(wrappers, [folder]);
      const { weights: plain } = await open(`${folder}/plain.pth`);
      assertEquals(plain.size, 122);
      for (const name of ["parallel", "compiled", "swa", "tuple", "ema"]) {
        const { network, weights } = await open(`${folder}/${name}.pth`);
        assertEquals([network.name, new Set(weights.keys())], ["resnet18", new Set(plain.keys())], name);
        for (const key of ["conv1.weight", "layer4.1.bn2.running_var", "fc.bias"]) {
          assertEquals(await weights.get(key)!.load(), await plain.get(key)!.load(), `${name}: ${key}`);
        }
      }
    }),
);

pythonTest(
  "checkpointWeights() finds a ResNet of Hugging Face's library",
  ["torch", "transformers"],
  () =>
    withFolder(async (folder) => {
      const [count, sum] = (await runPython(hub, [folder])).trim().split("\n").at(-1)!.split(" ").map(Number);
      const { network, weights, aside } = await open(`${folder}/model.safetensors`);
      assertEquals([network.name, weights.size, aside], ["resnet18", count, []]);
      const values = toFloat32(await weights.get("layer4.1.conv2.weight")!.load());
      assertEquals(Math.abs(values.reduce((total, value) => total + value, 0) - sum) < 1e-2, true);
    }),
);
