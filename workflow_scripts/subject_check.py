"""Whether prompts for the embedded generator name their class: it would draw something for any words."""

import os
from pathlib import Path

from text_to_image.embedded_generator.training_record import known_classes
from text_to_image.model_source import is_folder
from text_to_image.prompts import covering_prompts
from workflow_scripts.config import TRAINED_GENERATOR_FOLDER, ConfigError, Study


def check_subjects(study: Study) -> None:
    """Check that each class's prompts say that class, and no other, in words that the embedded generator was taught.

    Of other models nothing is claimed: they know more words than anyone can list.

    Raises:
        ConfigError: for the first prompt that does not.
    """
    if study.image_folder is not None or not is_folder(study.generator.model):
        return
    model = study.generator.model
    known = list(study.classes) if model == TRAINED_GENERATOR_FOLDER else known_classes(Path(model))
    if known is None:
        return
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    # Imported here, where it is needed: it takes the tokenizer's library a second to load.
    from text_to_image.embedded_generator.known_subjects import misnaming

    for class_name in study.classes:
        if problem := misnaming(covering_prompts(study.generator.prompts, class_name), class_name, known):
            raise ConfigError(
                f"config: generator.prompts for class {class_name!r}: {problem}; change the words, or choose another "
                "generator.model"
            )
