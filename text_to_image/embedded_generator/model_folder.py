"""The trained parts as one folder in Stable Diffusion's layout: safetensors, a model card, and how it was trained."""

from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline
from transformers import CLIPTokenizer

from photographs.atomic_files import write_json, write_text
from text_to_image.embedded_generator.architecture import build_scheduler
from text_to_image.embedded_generator.diffusion_training import TextToLatents
from text_to_image.embedded_generator.training_record import TRAINING_RECORD

_CARD = """\
---
license: mit
library_name: diffusers
pipeline_tag: text-to-image
tags: [text-to-image, diffusion, cifar-10, tiny]
---

# Fauxtograph's embedded generator

A text-to-image diffusion model of {millions:.1f} million parameters in Stable Diffusion's layout, small enough to make
32×32 photographs of animals on two CPU cores. It exists so that the study runs without a GPU and without a download.

**It knows {n_classes} kinds of picture and nothing else: {classes}.** Other words in a prompt change
little; a prompt without any of these subjects gives a picture of no particular one of them.

## How it was trained

| | |
|---|---|
| data | {n_photos:,} photographs of CIFAR-10's *train* split (its validation part, and the test split, never seen), mirrored left to right at random |
| digest of the data | `{photos_digest}` |
| captions | templates around the class's names, with words that say nothing about the picture mixed in |
| autoencoder | 32×32×3 to 16×16×{latent_channels}; {autoencoder_steps:,} steps of {autoencoder_batch} |
| diffusion | v-prediction on the cosine schedule, min-SNR weighting; {diffusion_steps:,} steps of {diffusion_batch} ({images_seen:,} images seen, {epochs:.1f} epochs) |
| time | {minutes:.0f} minutes, {machine} |

Every setting is in [`training.json`]({record}). `snakemake --cores all train_generator` does it again.

## Limits

Shapes are coarse, small animals often blurred, and what CIFAR-10 shows seldom this model draws badly or not at all.
It has no safety checker: it cannot draw people. Photographs of CIFAR-10 were collected from the web (Krizhevsky 2009);
the model inherits what they show and leave out.
"""


def write_model_folder(
    folder: Path,
    autoencoder: AutoencoderKL,
    text_to_latents: TextToLatents,
    tokenizer: CLIPTokenizer,
    record: dict[str, Any],
) -> None:
    """Save everything under `folder` in half precision, so that it stays small; `record` becomes `training.json`."""
    pipeline = StableDiffusionPipeline(
        vae=autoencoder,
        text_encoder=text_to_latents.text_encoder,
        tokenizer=tokenizer,
        unet=text_to_latents.unet,
        scheduler=build_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).to(torch.float16)
    pipeline.save_pretrained(folder, safe_serialization=True)
    write_json(folder / TRAINING_RECORD, record)
    write_text(folder / "README.md", _card(record, pipeline))


def _card(record: dict[str, Any], pipeline: StableDiffusionPipeline) -> str:
    parts = (pipeline.vae, pipeline.text_encoder, pipeline.unet)
    recipe = record["recipe"]
    images_seen = recipe["diffusion"]["steps"] * recipe["diffusion"]["batch_size"]
    return _CARD.format(
        millions=sum(weight.numel() for part in parts for weight in part.parameters()) / 1e6,
        n_classes=len(record["classes"]),
        classes=", ".join(record["classes"]),
        n_photos=record["photos"],
        photos_digest=record["photos_digest"],
        latent_channels=recipe["autoencoder"]["latent_channels"],
        autoencoder_steps=recipe["autoencoder"]["steps"],
        autoencoder_batch=recipe["autoencoder"]["batch_size"],
        diffusion_steps=recipe["diffusion"]["steps"],
        diffusion_batch=recipe["diffusion"]["batch_size"],
        images_seen=images_seen,
        epochs=images_seen / record["photos"],
        minutes=record["minutes"],
        machine=record["machine"],
        record=TRAINING_RECORD,
    )
