"""From photographs to a model folder: the whole training, resumable at any moment."""

import os
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL

from photographs.digests import image_digest, set_digest
from photographs.photo_set import PhotoSet
from text_to_image.embedded_generator.autoencoder_training import encode, train_autoencoder
from text_to_image.embedded_generator.diffusion_training import train_diffusion
from text_to_image.embedded_generator.model_folder import write_model_folder
from text_to_image.embedded_generator.recipe import GeneratorRecipe
from text_to_image.embedded_generator.resume_state import ResumeState
from text_to_image.embedded_generator.vocabulary import build_tokenizer


def train_generator(recipe: GeneratorRecipe, photographs: PhotoSet, state_folder: Path, output: Path) -> None:
    """Train on `photographs` and write the pipeline to `output`, carrying on from what `state_folder` holds.

    Args:
        photographs: real photographs, 32x32, of the train split alone.
        state_folder: keeps the training's state between runs; one folder a recipe and data set.
    """
    tokenizer = build_tokenizer(state_folder / "tokenizer")
    images = photographs.images_nhwc
    states = {
        name: ResumeState(state_folder / f"{name}.pt", recipe.minutes_between_saves)
        for name in ("autoencoder", "latents", "mirrored_latents", "diffusion")
    }
    autoencoder = train_autoencoder(recipe, images, states["autoencoder"])
    latents = _latents(autoencoder, images, states["latents"])
    mirrored = _latents(autoencoder, images[:, :, ::-1].copy(), states["mirrored_latents"])
    class_names = [photographs.classes[label] for label in photographs.labels]
    text_to_latents = train_diffusion(recipe, latents, mirrored, class_names, tokenizer, states["diffusion"])
    record = {
        "classes": [photographs.classes[label] for label in np.unique(photographs.labels)],
        "photos": len(photographs),
        "photos_digest": set_digest(image_digest(image) for image in images),
        "recipe": recipe.model_dump(mode="json"),
        "minutes": round(sum(state.minutes for state in states.values()), 1),
        "machine": f"{os.cpu_count()} CPU cores, torch {torch.__version__}",
    }
    write_model_folder(output, autoencoder, text_to_latents, tokenizer, record)


def _latents(autoencoder: AutoencoderKL, images_nhwc: np.ndarray, saved: ResumeState) -> torch.Tensor:
    if state := saved.load():
        return state["latents"]
    latents = encode(autoencoder, images_nhwc) * autoencoder.config.scaling_factor
    saved.save({"latents": latents})
    return latents
