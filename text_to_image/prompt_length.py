"""Prompts that a model would cut off: diffusers passes on what fits its tokenizers and drops the rest."""

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from diffusers import DiffusionPipeline
from transformers import CLIPTokenizer, PreTrainedTokenizerBase

# Tokenizers without a limit of their own carry an astronomical number.
_NO_LIMIT = 1_000_000
# These cut a text here, whatever their tokenizer takes, and have no argument for it.
_CUT_WITHOUT_ARGUMENT = {"IFPipeline": 77, "Kandinsky3Pipeline": 128, "LDMTextToImagePipeline": 77}


def refuse_cut_prompts(pipeline: DiffusionPipeline, prompts: Iterable[str], arguments: Mapping[str, Any]) -> None:
    """Check that every text encoder of `pipeline` reads every prompt whole.

    Where one of several encoders takes more, the others still lose the end, so the shortest decides.

    Args:
        arguments: what the pipeline is called with besides the prompts; `max_sequence_length` may be among it.

    Raises:
        ValueError: a prompt is too long; the message gives it, its length and the limit in tokens.
    """
    limits = token_limits(pipeline, arguments)
    for prompt in dict.fromkeys(prompts):
        for tokenizer, limit in limits:
            length = len(tokenizer(prompt, verbose=False).input_ids)
            if length > limit:
                raise ValueError(
                    f"the prompt {prompt!r} has {length} tokens, {type(pipeline).__name__} takes {limit} and would "
                    "drop the rest; shorten it (generator.prompts)"
                )


def token_limits(
    pipeline: DiffusionPipeline, arguments: Mapping[str, Any]
) -> list[tuple[PreTrainedTokenizerBase, int]]:
    """Return each tokenizer whose text encoder is there, with the tokens it takes, start and end marks included."""
    # CLIP's limit is the tokenizer's own; pipelines give other text encoders (T5, Gemma) theirs as an argument.
    parameter = inspect.signature(type(pipeline).__call__).parameters.get("max_sequence_length")
    by_default = _CUT_WITHOUT_ARGUMENT.get(type(pipeline).__name__) if parameter is None else parameter.default
    given = arguments.get("max_sequence_length", by_default)
    limits = []
    for name, part in pipeline.components.items():
        # One that is left out (as SD 3's T5 may be) reads nothing; one of another name (LDM's "bert") does.
        is_left_out = pipeline.components.get(name.replace("tokenizer", "text_encoder"), part) is None
        if not isinstance(part, PreTrainedTokenizerBase) or is_left_out:
            continue
        limit = part.model_max_length
        if not isinstance(part, CLIPTokenizer) and isinstance(given, int):
            limit = min(limit, given)
        if limit < _NO_LIMIT:
            limits.append((part, limit))
    return limits
