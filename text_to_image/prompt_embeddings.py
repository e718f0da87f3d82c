"""Each distinct prompt is encoded once, alone, and its embedding used for every image that has it.

Alone, because an image may not depend on which prompts its neighbours have: only a batch of one gives the same numbers
whatever else is drawn, and makes reuse exact. Diffusers' pipelines encode through their own `encode_prompt`, whatever
it takes and returns (pooled embeddings, masks, negative prompts), so remembering its answers serves them all. The few
that chain two pipelines (Kandinsky, Würstchen, Stable Cascade) have none and encode the texts they are given.
"""

import inspect
import json
from collections import OrderedDict
from typing import Any

import diffusers
import torch
import transformers
from diffusers import DiffusionPipeline, StableDiffusionPipeline
from transformers import CLIPTextModel, CLIPTextModelWithProjection

_CLIP = (CLIPTextModel, CLIPTextModelWithProjection)
# The sampler draws prompt by prompt, so few have to be kept; one of Stable Diffusion 3's takes 5 MB.
_KEPT = 64


class UnequalPromptsError(Exception):
    """Prompts whose embeddings differ in shape, and so cannot pass the network together.

    Attributes:
        groups: positions of the prompts of each shape.
    """

    def __init__(self, groups: list[list[int]]):
        super().__init__(f"prompts of {len(groups)} lengths in one batch")
        self.groups = groups


def check_clip_skip(pipeline: DiffusionPipeline, skipped: Any) -> None:
    """Check that as many of the text encoders' last layers can be left out as `arguments.clip_skip` says.

    Raises:
        ValueError: it is no whole number, or an encoder has too few layers; or this diffusers asks the encoder for a
            part that transformers gives it no more.
    """
    if isinstance(pipeline, StableDiffusionPipeline) and not hasattr(pipeline.text_encoder, "text_model"):
        raise ValueError(
            f"generator.arguments has 'clip_skip', which diffusers {diffusers.__version__} cannot do with transformers "
            f"{transformers.__version__} for {type(pipeline).__name__}; remove it"
        )
    encoders = [part for part in pipeline.components.values() if isinstance(part, _CLIP)]
    most = min(encoder.config.num_hidden_layers for encoder in encoders) - 1
    if type(skipped) is not int or not 0 <= skipped <= most:
        raise ValueError(
            f"generator.arguments.clip_skip is {json.dumps(skipped)}; it takes a whole number from 0 to {most}"
        )


def encode_each_prompt_once(pipeline: DiffusionPipeline, kept: int = _KEPT) -> None:
    """Make the pipeline's `encode_prompt` encode each distinct prompt alone and remember the last `kept` of them.

    Called with prompts whose embeddings differ in shape, it then raises UnequalPromptsError.
    """
    if not hasattr(pipeline, "encode_prompt"):
        return
    encode = pipeline.encode_prompt
    signature = inspect.signature(encode)
    remembered: OrderedDict[str, Any] = OrderedDict()

    def encode_one(arguments: dict[str, Any]) -> Any:
        key = repr(arguments)
        if key not in remembered:
            call = inspect.BoundArguments(signature, OrderedDict(arguments))
            remembered[key] = encode(*call.args, **call.kwargs)
        remembered.move_to_end(key)
        embedding = remembered[key]
        while len(remembered) > kept:
            remembered.popitem(last=False)
        return embedding

    def encode_prompt(*args, **kwargs) -> Any:
        arguments = signature.bind(*args, **kwargs).arguments
        count = len(arguments["prompt"])
        embeddings = [encode_one(_arguments_of_row(arguments, row, count)) for row in range(count)]
        groups: dict[Any, list[int]] = {}
        for row, embedding in enumerate(embeddings):
            groups.setdefault(_shape(embedding), []).append(row)
        if len(groups) > 1:
            raise UnequalPromptsError(list(groups.values()))
        if isinstance(embeddings[0], tuple):
            return tuple(_joined(parts) for parts in zip(*embeddings, strict=True))
        return _joined(tuple(embeddings))

    pipeline.encode_prompt = encode_prompt


def _arguments_of_row(arguments: dict[str, Any], row: int, count: int) -> dict[str, Any]:
    """Return the call's arguments with the texts of one row alone, as lists of one."""

    def is_texts(name: str, value: Any) -> bool:
        return name.startswith(("prompt", "negative_prompt")) and isinstance(value, list) and len(value) == count

    return {name: [value[row]] if is_texts(name, value) else value for name, value in arguments.items()}


def _shape(embedding: Any) -> Any:
    if isinstance(embedding, (tuple, list)):
        return tuple(_shape(part) for part in embedding)
    return tuple(embedding.shape) if isinstance(embedding, torch.Tensor) else None


def _joined(parts: tuple) -> Any:
    """Join one of `encode_prompt`'s results over rows; what has no axis of rows (None, position ids) is equal.

    The axis of rows is the first, or where several things stand before it (HiDream's layers) the second.

    Raises:
        ValueError: the results differ and have no such axis.
    """
    first = parts[0]
    if isinstance(first, list):
        return [element for part in parts for element in part]
    if not isinstance(first, torch.Tensor):
        if any(part != first for part in parts):
            raise ValueError(f"prompt embeddings of type {type(first).__name__} cannot be joined: draw one at a time")
        return first
    if len(first) == 1:
        return torch.cat(parts)
    if first.ndim > 2 and first.shape[1] == 1:
        return torch.cat(parts, 1)
    if any(not torch.equal(part, first) for part in parts):
        raise ValueError(f"prompt embeddings of shape {tuple(first.shape)} have no axis of prompts: draw one at a time")
    return first
