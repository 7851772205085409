"""A training step in PyTorch, timed: reads a plan as JSON from stdin, prints rows as JSON.

The network is wgrad's own list of layers, so that torch alone is enough. Without a GPU it runs on the CPU, where
TF32 does not exist and AMP means bfloat16. The plan's `forms` are some of eager, channels_last and compile (which is
torch.compile on top of channels_last).
"""

import json
import statistics
import sys
import time

import torch
from torch import nn


class Add(nn.Module):
    def forward(self, a, b):
        return a + b


def convolution(o):
    return nn.Conv2d(o["from"], o["to"], o["kernel"], o["stride"], o["padding"], groups=o.get("groups") or 1, bias=False)


KINDS = {
    "conv": convolution,
    "batch_norm": lambda o: nn.BatchNorm2d(o["channels"]),
    "relu": lambda o: nn.ReLU(inplace=True),
    "add": lambda o: Add(),
    "max_pool": lambda o: nn.MaxPool2d(o["kernel"], o["stride"], o["padding"]),
    "global_avg_pool": lambda o: nn.AdaptiveAvgPool2d(1),
    "flatten": lambda o: nn.Flatten(),
    "linear": lambda o: nn.Linear(o["from"], o["to"]),
}


class Network(nn.Module):
    """The plan's layers in order; each reads the outputs of those that it names."""

    def __init__(self, layers):
        super().__init__()
        self.places = [(layer["name"], layer["inputs"]) for layer in layers]
        self.ops = nn.ModuleList(KINDS[layer["kind"]](layer) for layer in layers)

    def forward(self, images):
        values = {"input": images}
        for (name, inputs), op in zip(self.places, self.ops):
            values[name] = op(*(values[one] for one in inputs))
        return values[name]


def grad_scaler(device, enabled):
    """PyTorch 2.3 moved it."""
    if hasattr(torch.amp, "GradScaler"):
        return torch.amp.GradScaler(device, enabled=enabled)
    return torch.cuda.amp.GradScaler(enabled=enabled)


def training_step(plan, device, amp, form):
    """A function that takes one step, as PyTorch users write it."""
    torch.manual_seed(42)
    layout = torch.contiguous_format if form == "eager" else torch.channels_last
    model = Network(plan["layers"]).to(device, memory_format=layout)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-2)
    images = torch.randn(plan["batch"], 3, plan["size"], plan["size"], device=device).to(memory_format=layout)
    labels = torch.randint(plan["classes"], (plan["batch"],), device=device)
    scaler = grad_scaler(device, enabled=amp and device == "cuda")
    kind = torch.float16 if device == "cuda" else torch.bfloat16
    forward = torch.compile(model) if form == "compile" else model

    def step():
        optimizer.zero_grad()
        with torch.autocast(device, dtype=kind, enabled=amp):
            loss = nn.functional.cross_entropy(forward(images), labels)
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
        for form in plan["forms"]:
            row = {"precision": precision, "form": form}
            try:
                step = training_step(plan, device, amp, form)
                rows.append({**row, "milliseconds": timed(step, wait, plan["rounds"]), "loss": step().item()})
            except Exception as error:  # torch.compile needs a compiler, and memory may be short
                rows.append({**row, "failed": str(error).strip().split("\n")[0][:120]})
    where = torch.cuda.get_device_name() if cuda else f"the processor, {torch.get_num_threads()} threads"
    print(json.dumps({"version": torch.__version__, "where": where, "rows": rows}))


main()
