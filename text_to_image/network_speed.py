"""Memory layout and compilation of the networks: what pays where, and is the same in every job of a study."""

import os
import shutil

import torch
from diffusers import DiffusionPipeline

from text_to_image.config import GeneratorConfig

# The parts that a step of diffusers' pipelines runs; each pipeline has one of them.
_DENOISERS = ("unet", "transformer")
_CONVOLUTIONAL = ("unet", "vae")
_MOST_SHAPES = 4096


def prepare_networks(pipeline: DiffusionPipeline, config: GeneratorConfig, device: str) -> None:
    """Lay the weights out as the device likes them and compile the denoising network where `generator.compile` says so.

    Raises:
        ValueError: there is nothing to compile, or nothing to compile it with.
    """
    # On a CPU the embedded U-Net takes a third longer that way (docs/generation-speed.md): group norm pays for it.
    if device == "cuda":
        for name in _CONVOLUTIONAL:
            network = getattr(pipeline, name, None)
            # Films' decoders (Qwen-Image) have weights of five axes, of which there is no such layout.
            if isinstance(network, torch.nn.Module) and all(weight.ndim < 5 for weight in network.parameters()):
                network.to(memory_format=torch.channels_last)
    if config.compile:
        networks = denoisers(pipeline)
        if not networks:
            raise ValueError(
                f"generator.compile is true, but {type(pipeline).__name__} has neither a U-Net nor a transformer; "
                "write false"
            )
        if not has_compiler(device):
            raise ValueError(
                "generator.compile is true, but torch.compile finds no compiler here (g++; for a GPU gcc); install "
                "one, or write false"
            )
        import torch._dynamo.config as dynamo
        import torch._inductor.config as inductor

        # Prompts of another length are another shape; past the usual eight a job would go on without compiling, and its
        # images would depend on which lengths it had met before.
        dynamo.recompile_limit = dynamo.accumulated_recompile_limit = _MOST_SHAPES
        dynamo.fail_on_recompile_limit_hit = True
        # Kernels chosen by timing them would differ between two jobs, and with them the last bits of an image.
        inductor.deterministic = True
        for network in networks:
            network.compile(dynamic=False)


def has_compiler(device: str) -> bool:
    """Return whether there is what torch.compile needs on a device ("cpu" or "cuda")."""
    # For a GPU Triton builds a C extension of its own at its first kernel; for a CPU the kernels are C++.
    compilers = (os.environ.get("CC", "cc"), "gcc", "clang") if device == "cuda" else (os.environ.get("CXX", "g++"),)
    return any(shutil.which(compiler) for compiler in compilers)


def denoisers(pipeline: DiffusionPipeline) -> list[torch.nn.Module]:
    """Return the networks that the pipeline's steps run: one, or none in cascades that hide theirs."""
    return [getattr(pipeline, name) for name in _DENOISERS if getattr(pipeline, name, None) is not None]
