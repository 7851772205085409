"""A ResNet training step in eager PyTorch, timed: reads a plan as JSON from stdin, prints rows as JSON.

The network is torchvision's, written out so that torch alone is enough. Without a GPU it runs on the CPU, where
TF32 does not exist and AMP means bfloat16.
"""

import json
import statistics
import sys
import time

import torch
from torch import nn

DEPTHS = {"resnet18": [2, 2, 2, 2], "resnet34": [3, 4, 6, 3], "resnet50": [3, 4, 6, 3]}


class Block(nn.Module):
    """Basic block or bottleneck with its shortcut."""

    def __init__(self, start, width, stride, wide):
        super().__init__()
        end = 4 * width if wide else width
        sizes = [(start, width, 1, 1), (width, width, 3, stride), (width, end, 1, 1)] if wide else [
            (start, width, 3, stride), (width, end, 3, 1)]
        layers = []
        for c, k, size, step in sizes:
            layers += [nn.Conv2d(c, k, size, step, size // 2, bias=False), nn.BatchNorm2d(k), nn.ReLU(inplace=True)]
        self.path = nn.Sequential(*layers[:-1])
        self.shortcut = nn.Identity() if stride == 1 and start == end else nn.Sequential(
            nn.Conv2d(start, end, 1, stride, bias=False), nn.BatchNorm2d(end))
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.path(x) + self.shortcut(x))


def resnet(name, classes):
    wide = name == "resnet50"
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
    start = 64
    for stage, depth in enumerate(DEPTHS[name]):
        width = 64 * 2**stage
        for block in range(depth):
            layers.append(Block(start, width, 2 if stage > 0 and block == 0 else 1, wide))
            start = 4 * width if wide else width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(start, classes))


def training_step(plan, device, amp):
    """A function that takes one step, as eager PyTorch users write it."""
    torch.manual_seed(42)
    model = resnet(plan["model"], plan["classes"]).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-2)
    images = torch.randn(plan["batch"], 3, plan["size"], plan["size"], device=device)
    labels = torch.randint(plan["classes"], (plan["batch"],), device=device)
    scaler = torch.amp.GradScaler(device, enabled=amp and device == "cuda")
    kind = torch.float16 if device == "cuda" else torch.bfloat16

    def step():
        optimizer.zero_grad()
        with torch.autocast(device, dtype=kind, enabled=amp):
            loss = nn.functional.cross_entropy(model(images), labels)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        return loss

    return step


def timed(step, wait, rounds, least=0.3):
    """The median over rounds of the milliseconds of a step; a round takes at least `least` seconds."""
    def run(times):
        wait()
        start = time.perf_counter()
        for _ in range(times):
            step()
        wait()
        return (time.perf_counter() - start) / times

    run(3)
    times = max(1, round(least / run(1)))
    return 1000 * statistics.median(run(times) for _ in range(rounds))


def main():
    plan = json.load(sys.stdin)
    cuda = torch.cuda.is_available()
    device, wait = ("cuda", torch.cuda.synchronize) if cuda else ("cpu", lambda: None)
    torch.backends.cudnn.benchmark = True
    variants = [("f32, TF32 off", False, False), ("f32, TF32 on", False, True), ("AMP f16", True, True)] if cuda else [
        ("f32", False, False), ("AMP bf16", True, False)]
    rows = []
    for precision, amp, tf32 in variants:
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
        step = training_step(plan, device, amp)
        milliseconds = timed(step, wait, plan["rounds"])
        loss = step().item()
        rows.append({"precision": precision, "milliseconds": milliseconds, "loss": loss})
    where = torch.cuda.get_device_name() if cuda else f"the processor, {torch.get_num_threads()} threads"
    print(json.dumps({"version": torch.__version__, "where": where, "rows": rows}))


main()
