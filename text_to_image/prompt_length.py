"""Prompts that a model would cut off: diffusers passes on what fits its tokenizers and drops the rest."""

import inspect
from collections.abc import Iterable

from diffusers import DiffusionPipeline
from transformers import CLIPTokenizer, PreTrainedTokenizerBase

# Tokenizers without a limit of their own carry an astronomical number.
_NO_LIMIT = 1_000_000


def refuse_cut_prompts(pipeline: DiffusionPipeline, prompts: Iterable[str]) -> None:
    """Check that every text encoder of `pipeline` reads every prompt whole.

    Where one of several encoders takes more, the others still lose the end, so the shortest decides.

    Raises:
        ValueError: a prompt is too long; the message gives it, its length and the limit in tokens.
    """
    limits = token_limits(pipeline)
    for prompt in dict.fromkeys(prompts):
        for tokenizer, limit in limits:
            length = len(tokenizer(prompt, verbose=False).input_ids)
            if length > limit:
                raise ValueError(
                    f"the prompt {prompt!r} has {length} tokens, {type(pipeline).__name__} takes {limit} and would "
                    "drop the rest; shorten it (generator.prompts)"
                )


def token_limits(pipeline: DiffusionPipeline) -> list[tuple[PreTrainedTokenizerBase, int]]:
    """Return each tokenizer whose text encoder is there, with the tokens it takes, start and end marks included."""
    # CLIP's limit is the tokenizer's own; pipelines give other text encoders (T5, Gemma) theirs as an argument.
    parameter = inspect.signature(type(pipeline).__call__).parameters.get("max_sequence_length")
    limits = []
    for name, part in pipeline.components.items():
        encoder = pipeline.components.get(name.replace("tokenizer", "text_encoder"))
        if not isinstance(part, PreTrainedTokenizerBase) or encoder is None:
            continue
        limit = part.model_max_length
        if not isinstance(part, CLIPTokenizer) and parameter is not None and isinstance(parameter.default, int):
            limit = min(limit, parameter.default)
        if limit < _NO_LIMIT:
            limits.append((part, limit))
    return limits
