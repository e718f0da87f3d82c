"""What a diffusers pipeline's folder must hold, told from its file names alone: before a download, before a load."""

import json
import re
from collections.abc import Collection
from pathlib import Path, PurePosixPath

INDEX = "model_index.json"
_PICKLED = {".bin", ".pt", ".pth", ".ckpt", ".pkl"}
# model.safetensors, model.fp16.safetensors, model-00001-of-00002.safetensors, model.fp16-00001-of-00002.safetensors
_WEIGHTS = re.compile(r"[^.]+(?:\.(?P<variant>[A-Za-z0-9_]+))?(?:-\d+-of-\d+)?\.safetensors")
# Components whose config.json does not mean that there are weights.
_WITHOUT_WEIGHTS = re.compile("Tokenizer|Processor|FeatureExtractor|Scheduler")


def files_below(folder: Path) -> list[str]:
    """Return the paths of a folder's files relative to it, with `/` in between."""
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file())


def read_index(path: Path) -> dict:
    """Return a pipeline's index: its class, and each component's library and class.

    Raises:
        ValueError: it is not JSON, or names no class.
    """
    try:
        index = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: not readable as JSON ({error}); get the model again") from error
    if not isinstance(index, dict) or not isinstance(index.get("_class_name"), str):
        raise ValueError(f"{path}: names no pipeline class of diffusers (_class_name), or one of the model's own code")
    return index


def check_pipeline_files(model: str, index: dict, names: Collection[str], variant: str | None) -> None:
    """Check that every component's weights are there as safetensors.

    Args:
        model: the name that the user gave it, for the message.
        index: the pipeline's index.
        names: relative paths of all its files.
        variant: the weights variant that was asked for.

    Raises:
        ValueError: weights that are missing, pickled (loading those runs code that came with them) or of another
            variant, or a component that is code of the model's own.
    """
    found = set()
    for component, entry in index.items():
        if not (isinstance(entry, list) and len(entry) == 2 and entry[0] is not None):
            continue
        library, class_name = entry
        files = [PurePosixPath(name).name for name in names if PurePosixPath(name).parent == PurePosixPath(component)]
        if f"{library}.py" in files:
            raise ValueError(
                f"generator.model is {model!r}: its {component} is code of its own ({component}/{library}.py), "
                "which is not run; choose a model of diffusers' own classes"
            )
        if not files:
            raise ValueError(f"generator.model is {model!r}: its folder {component}/ is missing; get the model again")
        if "config.json" not in files or _WITHOUT_WEIGHTS.search(str(class_name)):
            continue
        variants = {match["variant"] for match in map(_WEIGHTS.fullmatch, files) if match}
        if not variants:
            _refuse_without_safetensors(model, component, files)
        if variant not in variants and None not in variants:
            others = sorted(name for name in variants if name)
            raise ValueError(
                f"generator.variant is {json.dumps(variant)}: {component} of {model} has weights of the variant "
                f"{', '.join(others)} alone; set generator.variant: {others[0]}"
            )
        found |= variants
    if variant is not None and found and variant not in found:
        others = sorted(name for name in found if name)
        raise ValueError(
            f"generator.variant is {variant!r}: {model} has no such weights; "
            + (f"set one of {', '.join(others)}, or null" if others else "set generator.variant: null")
        )


def _refuse_without_safetensors(model: str, component: str, files: Collection[str]) -> None:
    pickled = sorted(name for name in files if PurePosixPath(name).suffix in _PICKLED)
    if pickled:
        raise ValueError(
            f"generator.model is {model!r}: the weights of its {component} are pickled ({pickled[0]}), and loading "
            "those can run any code; choose a revision or model with safetensors"
        )
    raise ValueError(f"generator.model is {model!r}: its {component} has no weights (safetensors); get the model again")
