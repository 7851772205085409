"""Writes tests/fixtures/config/signatures.json: the parameters of the PyTorch classes that the bridge knows, read from
the source in the packages' wheels, so that nothing is imported.

    pip download --no-deps lightning torchvision timm -d WHEELS
    pip download --no-deps --platform macosx_11_0_arm64 --only-binary=:all: torch -d WHEELS   # the smallest wheel
    python3 tests/config/make_signatures.py WHEELS > tests/fixtures/config/signatures.json
"""

import ast
import glob
import json
import re
import sys
import zipfile

# The file that defines each class, and the module by which configurations name it.
SOURCES = {
    "lightning": [
        ("lightning/pytorch/callbacks/model_checkpoint.py", "lightning.pytorch.callbacks", ["ModelCheckpoint"]),
        ("lightning/pytorch/callbacks/early_stopping.py", "lightning.pytorch.callbacks", ["EarlyStopping"]),
        ("lightning/pytorch/callbacks/lr_monitor.py", "lightning.pytorch.callbacks", ["LearningRateMonitor"]),
        ("lightning/pytorch/callbacks/progress/rich_progress.py", "lightning.pytorch.callbacks", ["RichProgressBar"]),
        ("lightning/pytorch/callbacks/progress/tqdm_progress.py", "lightning.pytorch.callbacks", ["TQDMProgressBar"]),
        ("lightning/pytorch/callbacks/model_summary.py", "lightning.pytorch.callbacks", ["ModelSummary"]),
        ("lightning/pytorch/callbacks/rich_model_summary.py", "lightning.pytorch.callbacks", ["RichModelSummary"]),
        ("lightning/pytorch/loggers/wandb.py", "lightning.pytorch.loggers", ["WandbLogger"]),
        ("lightning/pytorch/loggers/tensorboard.py", "lightning.pytorch.loggers", ["TensorBoardLogger"]),
        ("lightning/pytorch/loggers/csv_logs.py", "lightning.pytorch.loggers", ["CSVLogger"]),
        ("lightning/pytorch/trainer/trainer.py", "lightning.pytorch", ["Trainer"]),
    ],
    "torch": [
        ("torch/optim/adamw.py", "torch.optim", ["AdamW"]),
        ("torch/optim/adam.py", "torch.optim", ["Adam"]),
        ("torch/optim/sgd.py", "torch.optim", ["SGD"]),
        ("torch/optim/_muon.py", "torch.optim", ["Muon"]),
        ("torch/optim/lr_scheduler.py", "torch.optim.lr_scheduler", [
            "StepLR", "MultiStepLR", "ExponentialLR", "PolynomialLR", "OneCycleLR", "CosineAnnealingLR",
            "CosineAnnealingWarmRestarts", "ReduceLROnPlateau",
        ]),
        ("torch/nn/modules/loss.py", "torch.nn", ["CrossEntropyLoss"]),
    ],
    "torchvision": [
        ("torchvision/transforms/v2/_geometry.py", "torchvision.transforms.v2", [
            "Resize", "CenterCrop", "RandomResizedCrop", "RandomHorizontalFlip", "RandomAffine", "RandomPerspective",
            "RandomRotation",
        ]),
        ("torchvision/transforms/v2/_color.py", "torchvision.transforms.v2", [
            "ColorJitter", "RGB", "RandomPosterize", "RandomSolarize", "RandomEqualize", "RandomAutocontrast",
            "RandomAdjustSharpness", "RandomInvert", "RandomGrayscale",
        ]),
        ("torchvision/transforms/v2/_auto_augment.py", "torchvision.transforms.v2", [
            "RandAugment", "TrivialAugmentWide", "AutoAugment", "AugMix",
        ]),
        ("torchvision/transforms/v2/_augment.py", "torchvision.transforms.v2", ["RandomErasing", "JPEG", "MixUp", "CutMix"]),
        ("torchvision/transforms/v2/_container.py", "torchvision.transforms.v2", [
            "Compose", "RandomApply", "RandomChoice",
        ]),
        ("torchvision/transforms/v2/_misc.py", "torchvision.transforms.v2", ["GaussianBlur", "Normalize", "ToDtype"]),
        ("torchvision/transforms/v2/_type_conversion.py", "torchvision.transforms.v2", [
            "PILToTensor", "ToImage", "ToPureTensor",
        ]),
        ("torchvision/transforms/v2/_deprecated.py", "torchvision.transforms.v2", ["ToTensor"]),
        ("torchvision/transforms/transforms.py", "torchvision.transforms", ["ConvertImageDtype"]),
        ("torchvision/models/resnet.py", "torchvision.models", ["resnet18", "resnet34", "resnet50"]),
    ],
    "timm": [("timm/data/mixup.py", "timm.data", ["Mixup"])],
}


def value(node):
    """A default as JSON: a literal or arithmetic, or else its source in {"source": ...}."""
    source = ast.unparse(node)
    if any(isinstance(part, (ast.Name, ast.Call)) for part in ast.walk(node)):
        return {"source": source}
    return json.loads(json.dumps(eval(source, {})))


def parameters(function):
    """[[name, default]...]; a parameter without a default has its name alone."""
    args = function.args
    positional = [arg.arg for arg in args.posonlyargs + args.args]
    padded = [None] * (len(positional) - len(args.defaults)) + list(args.defaults)
    pairs = list(zip(positional, padded)) + [(arg.arg, node) for arg, node in zip(args.kwonlyargs, args.kw_defaults)]
    return [[name] if node is None else [name, value(node)] for name, node in pairs if name != "self"]


# Files with base classes whose __init__ others inherit.
BASES = {"torchvision": ["torchvision/transforms/v2/_transform.py"]}


def definitions(*trees):
    kinds = (ast.ClassDef, ast.FunctionDef)
    return {node.name: node for tree in trees for node in tree.body if isinstance(node, kinds)}


def signature(found, name):
    """The parameters of a function, or of the __init__ of a class or its bases."""
    node = found.get(name)
    if node is None:
        return []
    if isinstance(node, ast.FunctionDef):
        return parameters(node)
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.name == "__init__":
            return parameters(item)
    return next((known for base in node.bases if (known := signature(found, getattr(base, "id", "")))), [])


def main(folder):
    result = {}
    for package, files in SOURCES.items():
        [wheel] = glob.glob(f"{folder}/{package}-[0-9]*.whl")
        version = re.search(r"-([0-9.]+)-", wheel).group(1)
        with zipfile.ZipFile(wheel) as archive:
            bases = [ast.parse(archive.read(path)) for path in BASES.get(package, [])]
            targets = {}
            for path, module, names in files:
                found = definitions(*bases, ast.parse(archive.read(path)))
                targets.update({f"{module}.{name}": signature(found, name) for name in names})
        result[package] = {"version": version, "targets": targets}
    # One class a line.
    packages = []
    for package, facts in result.items():
        lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(known)}" for name, known in facts["targets"].items())
        packages.append(f'"{package}": {{"version": "{facts["version"]}", "targets": {{\n{lines}\n}}}}')
    print("{\n" + ",\n".join(packages) + "\n}")


main(sys.argv[1])
