#!/usr/bin/env python3
"""Makes tests/fixtures/config/conformance.json: what the real Hydra makes of small configurations.

    python3 -m venv hydra && hydra/bin/pip install hydra-core==1.3.2
    hydra/bin/python tests/config/make_cases.py

Each case is a set of files and a command line; its outcome is the resolved configuration, the list of a sweep's
jobs, or "error" with the kind of error. tests/config/conformance_test.ts runs the same cases through our own code.
The cases themselves stand in tests/config/cases.py.
"""

import json
import math
import os
import pathlib
import sys
import tempfile
import warnings

from hydra import compose, initialize_config_dir
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra._internal.utils import create_config_search_path
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf, open_dict, read_write

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cases import CASES, ENVIRONMENT  # noqa: E402

TARGET = pathlib.Path(__file__).parent.parent / "fixtures" / "config" / "conformance.json"


def plain(value):
    """JSON has no infinity and no NaN, and its keys are text."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"$number": str(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def jobs(folder, args):
    loader = ConfigLoaderImpl(create_config_search_path(f"file://{folder}"))
    overrides = OverridesParser.create(config_loader=loader).parse_overrides(args)
    return [list(job) for job in BasicSweeper.split_arguments(overrides, None)[0]]


def resolved(folder, args, root):
    with initialize_config_dir(str(folder), version_base="1.3"):
        config = compose(root, overrides=args, return_hydra_config=True)
        with open_dict(config):
            config.hydra.job.num = 3
        HydraConfig.instance().set_config(config)
        with read_write(config), open_dict(config):
            del config["hydra"]
        return plain(OmegaConf.to_container(config, resolve=True))


def outcome(case):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in case["files"].items():
            file = pathlib.Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        try:
            if case.get("sweep"):
                return {"jobs": jobs(folder, case["args"])}
            return {"config": resolved(folder, case["args"], case.get("root", "config"))}
        except Exception as error:  # whatever Hydra throws is the outcome
            return {"error": type(error).__name__}


def main():
    warnings.simplefilter("ignore")
    os.environ.update(ENVIRONMENT)
    cases = [{**case, **outcome(case)} for case in CASES]
    names = [case["name"] for case in cases]
    assert len(set(names)) == len(names), [name for name in names if names.count(name) > 1]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")
    errors = sum("error" in case for case in cases)
    print(f"{len(cases)} cases, {errors} of them errors, in {TARGET}")


if __name__ == "__main__":
    main()
