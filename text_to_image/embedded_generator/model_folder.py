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

_CARD = Path(__file__).with_name("model_card.md")


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
    return _CARD.read_text().format(
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
