"""PyTorch's DataLoader on Pillow images, timed: reads a plan as JSON, prints JSON.

An epoch over all images of a folder or .zip, decoded each time, with persistent workers; the first epoch warms up.
With torchvision's default training preset (RandomResizedCrop, RandomHorizontalFlip, ColorJitter, ToTensor, Normalize),
and decoding alone, to a list of uint8 tensors for each batch.
"""

import io
import json
import os
import sys
import time
import zipfile

import torch
import torchvision
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

ENDINGS = (".jpg", ".jpeg", ".png", ".webp")


class Images(Dataset):
    """The images below a folder or in a .zip, through `transform`."""

    def __init__(self, root, transform):
        self.root, self.transform, self.archive = root, transform, None
        if os.path.isdir(root):
            found = [os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names]
        else:
            with zipfile.ZipFile(root) as archive:
                found = archive.namelist()
        self.names = sorted(name for name in found if name.lower().endswith(ENDINGS))

    def __len__(self):
        return len(self.names)

    def __getitem__(self, i):
        if os.path.isdir(self.root):
            source = self.names[i]
        else:
            self.archive = self.archive or zipfile.ZipFile(self.root)  # one for each worker
            source = io.BytesIO(self.archive.read(self.names[i]))
        with Image.open(source) as image:
            return self.transform(image.convert("RGB"))


def seconds_of(images, plan, collate=None):
    """The faster of the plan's epochs."""
    loader = DataLoader(images, batch_size=plan["batch"], shuffle=True, num_workers=plan["workers"],
                        persistent_workers=plan["workers"] > 0, collate_fn=collate)
    seconds = []
    for _ in range(1 + plan["epochs"]):
        start = time.perf_counter()
        for batch in loader:
            batch[0][0, 0, 0].item()
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])


def main():
    plan = json.load(sys.stdin)
    preset = transforms.Compose([
        transforms.RandomResizedCrop(plan["size"], scale=(0.08, 1), ratio=(3 / 4, 4 / 3)),
        transforms.RandomHorizontalFlip(0.5),
        transforms.ColorJitter(0.2, 0.2, 0.2, 0.1),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ])
    torch.set_num_threads(1)
    images = Images(plan["root"], preset)
    seconds = seconds_of(images, plan)
    decoding = seconds_of(Images(plan["root"], transforms.PILToTensor()), plan, collate=list)
    version = f"{torch.__version__}, torchvision {torchvision.__version__}"
    print(json.dumps({"version": version, "images": len(images), "seconds": seconds, "decoding": decoding}))


if __name__ == "__main__":
    main()
