"""From photographs to a model folder: the whole training, resumable at any moment."""

import os
import shutil
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL

from photographs.digests import image_digest, set_digest
from photographs.photo_set import PhotoSet
from text_to_image.embedded_generator.autoencoder_training import encode, train_autoencoder
from text_to_image.embedded_generator.captions import describe
from text_to_image.embedded_generator.decoder_training import train_decoder
from text_to_image.embedded_generator.diffusion_training import build_text_to_latents, train_diffusion
from text_to_image.embedded_generator.distillation import distil
from text_to_image.embedded_generator.guided_paths import draw_guided_paths
from text_to_image.embedded_generator.latent_classifier import train_latent_classifier
from text_to_image.embedded_generator.model_folder import (
    is_distilled,
    read_autoencoder,
    read_weights_into,
    write_model_folder,
)
from text_to_image.embedded_generator.recipe import GeneratorRecipe
from text_to_image.embedded_generator.tokenizer import build_tokenizer
from text_to_image.embedded_generator.training_record import read_record
from text_to_image.resume_state import ResumeState


def train_generator(
    recipe: GeneratorRecipe, photographs: PhotoSet, compile_network: bool, state_folder: Path, output: Path
) -> None:
    """Train on `photographs` and write the pipeline to `output`, carrying on from what `state_folder` holds.

    Args:
        photographs: real photographs, 32x32, of the train split alone.
        compile_network: see `train_diffusion`.
        state_folder: keeps the training's state between runs; one folder a recipe and data set.

    Raises:
        ValueError: a distilled model is to be the teacher as it is.
    """
    if recipe.start_from and recipe.diffusion.steps == 0 and is_distilled(Path(recipe.start_from)):
        raise ValueError(
            f"generator_training: diffusion.steps is 0 and start_from is {recipe.start_from!r}, a distilled model, "
            "which cannot teach; raise diffusion.steps"
        )
    tokenizer = build_tokenizer(state_folder / "tokenizer")
    images = photographs.images_nhwc
    states = {
        name: ResumeState(state_folder / f"{name}.pt", recipe.minutes_between_saves)
        for name in ("autoencoder", "latents", "mirrored_latents", "decoder", "latent_classifier", "diffusion")
    }
    # A teacher that learned more shows other paths, and a student of more paths is another one.
    taught = f"after_{recipe.diffusion.steps}_steps"
    for name, of_what in (("paths", taught), ("student", f"{taught}_of_{recipe.distillation.paths}_paths")):
        states[name] = ResumeState(state_folder / f"{name}_{of_what}.pt", recipe.minutes_between_saves)
    start = _copy_of_start(Path(recipe.start_from), state_folder / "start") if recipe.start_from else None
    autoencoder = read_autoencoder(start) if start else train_autoencoder(recipe, images, states["autoencoder"])
    latents = _latents(autoencoder, images, states["latents"])
    mirrored = _latents(autoencoder, images[:, :, ::-1].copy(), states["mirrored_latents"])
    autoencoder = train_decoder(recipe, autoencoder, latents, images, states["decoder"])
    latent_classifier = train_latent_classifier(
        recipe, latents, mirrored, photographs.labels, states["latent_classifier"]
    )
    text_to_latents = build_text_to_latents(recipe, latents.shape[1], tokenizer)
    if start:
        read_weights_into(text_to_latents, tokenizer, start)
    names = [photographs.classes[label] for label in photographs.labels]
    subjects = [describe(image, name) for image, name in zip(images, names, strict=True)]
    teacher = train_diffusion(
        recipe,
        text_to_latents,
        latents,
        mirrored,
        subjects,
        tokenizer,
        latent_classifier.distance,
        compile_network,
        states["diffusion"],
    )
    paths_folder = state_folder / f"paths_{taught}"
    paths = draw_guided_paths(recipe, teacher, subjects, tokenizer, compile_network, paths_folder, states["paths"])
    student = distil(recipe, teacher, paths, latent_classifier.distance, compile_network, states["student"])
    record = {
        "classes": [photographs.classes[label] for label in np.unique(photographs.labels)],
        "photos": len(photographs),
        "photos_digest": set_digest(image_digest(image) for image in images),
        "recipe": recipe.model_dump(mode="json"),
        "minutes": round(sum(state.minutes for state in states.values()), 1),
        "machine": f"{os.cpu_count()} CPU cores, torch {torch.__version__}",
        "compiled": compile_network,
        "started_from": read_record(start) if start else None,
    }
    write_model_folder(output, autoencoder, student, tokenizer, record)


def _copy_of_start(folder: Path, copy: Path) -> Path:
    # A copy, because the finished model may take the place of the one that it was started from.
    if not copy.is_dir():
        shutil.copytree(folder, copy.with_suffix(".part"), dirs_exist_ok=True)
        copy.with_suffix(".part").rename(copy)
    return copy


def _latents(autoencoder: AutoencoderKL, images_nhwc: np.ndarray, saved: ResumeState) -> torch.Tensor:
    if state := saved.load():
        return state["latents"]
    latents = encode(autoencoder, images_nhwc) * autoencoder.config.scaling_factor
    saved.save({"latents": latents})
    return latents
