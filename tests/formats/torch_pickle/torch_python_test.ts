/** What PyTorch saves, in both forms and protocols 1 to 5 of pickle. Needs a Python with `torch` and `safetensors`. */
import { assertEquals } from "@std/assert";
import { byteSource } from "../../../src/base/byte_source.ts";
import { readSafetensors } from "../../../src/formats/safetensors.ts";
import { readWeights } from "../../../src/formats/weights.ts";
import { pythonTest, runPython } from "../../python.ts";

const script = `
import argparse, collections, datetime, pathlib, sys, torch
from safetensors.torch import save_file
folder = sys.argv[1]
torch.manual_seed(3)
model = torch.nn.Sequential(collections.OrderedDict(
    conv=torch.nn.Conv2d(3, 5, 3), bn=torch.nn.BatchNorm2d(5), fc=torch.nn.Linear(5, 7)))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
model.conv(torch.randn(2, 3, 4, 4)).sum().backward()
optimizer.step()
checkpoint = {
    "epoch": 7, "global_step": 2**40, "pytorch-lightning_version": "2.5.0", "best": float("inf"),
    "state_dict": collections.OrderedDict((f"model.{k}", v) for k, v in model.state_dict().items()),
    "optimizer_states": [optimizer.state_dict()], "lr_schedulers": [{"milestones": collections.Counter([3, 3])}],
    "hyper_parameters": {"path": pathlib.PurePosixPath("/a"), "args": argparse.Namespace(lr=1, names={"x", "y"})},
    "callbacks": {"timer": {"elapsed": datetime.timedelta(seconds=3)}, "bytes": b"\\x00\\xff", "score": torch.tensor(.5)},
    "device": torch.device("cpu"), "size": torch.Size([2, 3]), "ids": [2**70, -5, True, None, 1.5, "\\u5b57\\U0001f600"],
    "default": collections.defaultdict(list, a=[1]), "seen": frozenset([1]), "parameter": next(model.parameters()),
}
for legacy in (False, True):
    for protocol in range(1, 6):  # PyTorch itself cannot load protocol 0
        name = f"{folder}/{'legacy' if legacy else 'zip'}{protocol}.ckpt"
        torch.save(checkpoint, name, pickle_protocol=protocol, _use_new_zipfile_serialization=not legacy)
save_file(model.state_dict(), f"{folder}/expected.safetensors")
`;

pythonTest("readWeights() reads a trainer's checkpoint in both forms and protocols 1 to 5", [
  "torch",
  "safetensors",
], async () => {
  const folder = await Deno.makeTempDir();
  try {
    await runPython(script, [folder]);
    const expected = readSafetensors(await Deno.readFile(`${folder}/expected.safetensors`)).tensors;
    for (const form of ["zip", "legacy"]) {
      for (let protocol = 1; protocol < 6; protocol++) {
        const name = `${form}${protocol}.ckpt`;
        const read = await readWeights(byteSource(name, await Deno.readFile(`${folder}/${name}`)));
        const prefix = "state_dict.model.";
        const tensors = [...read.tensors].filter(([key]) => key.startsWith(prefix));
        assertEquals(tensors.length, expected.size);
        for (const [key, tensor] of tensors) {
          assertEquals(await tensor.load(), expected.get(key.slice(prefix.length)), `${name}: ${key}`);
        }
        assertEquals(read.tensors.get("callbacks.score")?.shape, []);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
