"""The folders of models that the settings name: each holds one, and it can draw, or recognise, the study's classes."""

import json
from collections.abc import Iterable
from pathlib import Path

from text_to_image.config import GeneratorConfig, guidance_range
from text_to_image.embedded_generator.training_record import known_classes, taught_guidance
from text_to_image.model_names import is_folder
from workflow_scripts.config_errors import ConfigError

# Where the study trains its own; they are not there before.
TRAINED_GENERATOR_FOLDER = "results/embedded_generator/pipeline"
TRAINED_REJECTION_FOLDER = "results/rejection_classifier/model"


def check_models(generators: Iterable[tuple[str, GeneratorConfig]], classes: tuple[str, ...]) -> None:
    """Check that the folders of models hold some, and that these can draw the classes.

    Args:
        generators: each after where it stands, as `Study.generators` returns them.
        classes: the study's.

    Raises:
        ConfigError: for the first that does not.
    """
    for where, generator in generators:
        _check_model(where, generator, classes)
        _check_tiny_vae(where, generator)
        _check_rejection(where, generator, classes)


def _check_model(where: str, generator: GeneratorConfig, classes: tuple[str, ...]) -> None:
    folder = Path(generator.model)
    if not is_folder(generator.model) or generator.model == TRAINED_GENERATOR_FOLDER:
        return
    if not (folder / "model_index.json").is_file():
        raise ConfigError(
            f"config: {where}generator.model is {generator.model!r}: no folder with a diffusers pipeline "
            "(model_index.json); give a folder that has one, or a hub id such as stabilityai/sd-turbo"
        )
    known = known_classes(folder)
    if known is not None and (unknown := [name for name in classes if name not in known]):
        raise ConfigError(
            f"config: {where}classes has {unknown[0]!r}, which the generator {generator.model!r} cannot draw; "
            f"it knows {', '.join(known)}: choose among these or another generator.model"
        )
    if (taught := taught_guidance(folder)) is not None:
        (lowest, highest), (low, high) = taught, guidance_range(generator)
        if low < lowest or high > highest:
            raise ConfigError(
                f"config: {where}generator.guidance_scale is {json.dumps(generator.guidance_scale)}, but the generator "
                f"{generator.model!r} learned {lowest:g} to {highest:g} alone; write one of these"
            )


def _check_tiny_vae(where: str, generator: GeneratorConfig) -> None:
    tiny = generator.tiny_vae
    if tiny is not None and is_folder(tiny) and not (Path(tiny) / "config.json").is_file():
        raise ConfigError(
            f"config: {where}generator.tiny_vae is {tiny!r}: no folder with an AutoencoderTiny (config.json); give a "
            "folder that has one, or a hub id such as madebyollin/taesd"
        )


def _check_rejection(where: str, generator: GeneratorConfig, classes: tuple[str, ...]) -> None:
    rejection = generator.rejection
    if rejection is None or not is_folder(rejection.classifier) or rejection.classifier == TRAINED_REJECTION_FOLDER:
        return
    settings = Path(rejection.classifier) / "config.json"
    beginning = f"config: {where}generator.rejection.classifier is {rejection.classifier!r}"
    try:
        labels = [label.lower() for label in json.loads(settings.read_text(encoding="utf-8"))["id2label"].values()]
    except (OSError, ValueError, KeyError, AttributeError):
        raise ConfigError(
            f"{beginning}: no folder with an image classifier in transformers' layout (config.json with id2label); "
            "give a folder that has one, or a hub id, or rejection: null"
        ) from None
    if unknown := [name for name in classes if name not in labels]:
        raise ConfigError(
            f"{beginning}, which has no label {unknown[0]!r}; it knows {', '.join(labels)}: choose classes among "
            "these, another classifier, or rejection: null"
        )
