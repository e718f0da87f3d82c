"""Whether prompts for the embedded generator name their class: it would draw something for any words."""

from collections.abc import Iterable
from pathlib import Path

from text_to_image.config import GeneratorConfig
from text_to_image.embedded_generator.known_subjects import misnaming
from text_to_image.embedded_generator.training_record import known_classes
from text_to_image.model_names import is_folder
from text_to_image.prompts import covering_prompts
from workflow_scripts.config_errors import ConfigError
from workflow_scripts.model_folders import TRAINED_GENERATOR_FOLDER


def check_subjects(generators: Iterable[tuple[str, GeneratorConfig]], classes: tuple[str, ...]) -> None:
    """Check that each class's prompts say that class, and no other, in words that the embedded generator was taught.

    Of other models nothing is claimed: they know more words than anyone can list.

    Args:
        generators: each after where it stands, as `Study.generators` returns them.
        classes: the study's.

    Raises:
        ConfigError: for the first prompt that does not.
    """
    seen = set()
    for where, generator in generators:
        # Most points of a sweep have the prompts of the study.
        identity = (generator.model, generator.prompts.model_dump_json())
        if identity not in seen and is_folder(generator.model):
            _check_prompts(where, generator, classes)
        seen.add(identity)


def _check_prompts(where: str, generator: GeneratorConfig, classes: tuple[str, ...]) -> None:
    trained_here = generator.model == TRAINED_GENERATOR_FOLDER
    known = list(classes) if trained_here else known_classes(Path(generator.model))
    if known is None:
        return
    for class_name in classes:
        if problem := misnaming(covering_prompts(generator.prompts, class_name), class_name, known):
            raise ConfigError(
                f"config: {where}generator.prompts for class {class_name!r}: {problem}; change the words, or choose "
                "another generator.model"
            )
