"""Images from a prompt of one's own, drawn as a study's are: own seeds, spoilt ones again, shrunk to 32x32.

No classifier refuses any (`generator.rejection`): the words need not name a class that it could be asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from photographs.photo_set import PhotoSet
from text_to_image.config import GeneratorConfig
from text_to_image.embedded_generator.known_subjects import honest_answer, read_prompt, taught_words
from text_to_image.model_source import ModelSource
from text_to_image.pipeline import Pipeline
from text_to_image.prompt_settings import Prompts
from text_to_image.sampling import Sampler

# The class that stands for a free prompt. It is part of each image's seed and the prompt is not, so that two prompts
# can be compared on the same noise.
_FREE_PROMPT = "free prompt"


@dataclass(frozen=True)
class Understood:
    """A free prompt before it is drawn.

    Attributes:
        prompt: the words for the model.
        answer: what the embedded generator reads in them, as sentences; empty for other models.
    """

    prompt: str
    answer: str


def understand(source: ModelSource, prompt: str) -> Understood:
    """Return what the model will be asked for, and what can be said about it beforehand.

    Raises:
        ValueError: the prompt is empty.
    """
    if not prompt.strip():
        raise ValueError("the prompt is empty; say what to draw")
    if not source.is_embedded:
        return Understood(prompt, "")
    reading = read_prompt(prompt, source.known_classes, taught_words(Path(source.model)))
    return Understood(reading.prompt, honest_answer(reading, source.known_classes))


def draw_free_prompt(config: GeneratorConfig, pipeline: Pipeline, prompt: str, indices: Sequence[int]) -> PhotoSet:
    """Return the images `indices` of a prompt; equal seeds and indices start from equal noise, whatever the prompt.

    Raises:
        ValueError: the model's tokenizer would cut the prompt off.
        RuntimeError: an image is still spoilt after `max_redraws` sub-seeds.
    """
    prompts = Prompts(templates=("{class}",), class_words={_FREE_PROMPT: (prompt,)}, negative=config.prompts.negative)
    sampler = Sampler(config.model_copy(update={"prompts": prompts, "rejection": None}), pipeline, [_FREE_PROMPT])
    return sampler.draw(_FREE_PROMPT, indices)
