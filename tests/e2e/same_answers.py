"""What PyTorch says of a dataset's test images by a checkpoint: `same_answers.py CHECKPOINT ROOT`, a line each."""
import io
import json
import sys
import zipfile
from pathlib import Path

import torch
import torchvision
from PIL import Image
from safetensors import safe_open

checkpoint, root = sys.argv[1:]
with safe_open(checkpoint, "pt") as file:
    about = file.metadata()
    averaged = about.get("wgrad.evaluated") == "averages"
    state = {name: file.get_tensor(name) for name in file.keys() if not name.startswith(("ema.", "adamw."))}
    if averaged:
        state.update({name[4:]: file.get_tensor(name) for name in file.keys() if name.startswith("ema.")})
classes = json.loads(about["wgrad.classes"])
model = getattr(torchvision.models, about["wgrad.model"])(num_classes=len(classes))
missing, _ = model.load_state_dict(state, strict=False)
assert not [name for name in missing if not name.endswith("num_batches_tracked")], missing
model.eval()

size = int(about["wgrad.image_size"])
steps = []
for step in json.loads(about["wgrad.eval_transforms"]):
    (name, given), = step.items()
    if name == "resize":
        steps.append(torchvision.transforms.Resize(given.get("size", size)))
    elif name == "center_crop":
        steps.append(torchvision.transforms.CenterCrop(given.get("size", size)))
    elif name == "normalize":
        steps += [torchvision.transforms.ToTensor(), torchvision.transforms.Normalize(given["mean"], given["std"])]
    else:
        raise ValueError(name)
prepare = torchvision.transforms.Compose(steps)

if zipfile.is_zipfile(root):
    archive = zipfile.ZipFile(root)
    read = {name: archive.open(name).read for name in archive.namelist()}
else:
    read = {str(path.relative_to(root)): path.read_bytes for path in Path(root).rglob("*") if path.is_file()}
for name in sorted(read):
    if "test/" not in name or not name.lower().endswith((".png", ".jpg", ".jpeg", ".webp")):
        continue
    with torch.no_grad():
        image = Image.open(io.BytesIO(read[name]())).convert("RGB")
        print(f"{name}\t{classes[model(prepare(image)[None]).argmax()]}")
