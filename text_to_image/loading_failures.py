"""What a model's files are when they cannot be loaded, in one plain line with the setting to change."""

from collections.abc import Iterator
from contextlib import contextmanager

from safetensors import SafetensorError

from photographs.first_line import first_line
from text_to_image.config import GeneratorConfig
from text_to_image.model_source import ModelSource


@contextmanager
def loading_in_plain_words(config: GeneratorConfig, source: ModelSource) -> Iterator[None]:
    """Turn what diffusers says of files that it cannot load into a line that names the model.

    Raises:
        ValueError: it could not load them.
    """
    try:
        yield
    except (OSError, ValueError, ImportError, SafetensorError) as error:
        raise ValueError(
            f"generator.model is {config.model!r}: {source.pipeline_class} at {source.revision} cannot be loaded "
            f"({first_line(error)}); if a file is spoilt, remove the model from where it is kept and get it again"
        ) from error
