"""The trained parts as one folder in Stable Diffusion's layout: safetensors, a model card, and how it was trained."""

from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from photographs.atomic_files import write_json, write_text
from text_to_image.embedded_generator.architecture import build_student_scheduler
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
        scheduler=build_student_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).to(torch.float16)
    pipeline.save_pretrained(folder, safe_serialization=True)
    write_json(folder / TRAINING_RECORD, record)
    write_text(folder / "README.md", _card(record, pipeline))


def read_autoencoder(folder: Path) -> AutoencoderKL:
    """Return a model folder's autoencoder in float32."""
    loaded = AutoencoderKL.from_pretrained(folder / "vae").float()
    # Built anew, for the loaded one's configuration carries the path that it came from.
    autoencoder = AutoencoderKL.from_config({key: value for key, value in loaded.config.items() if key[0] != "_"})
    autoencoder.load_state_dict(loaded.state_dict())
    return autoencoder.eval()


def read_weights_into(text_to_latents: TextToLatents, tokenizer: CLIPTokenizer, folder: Path) -> None:
    """Copy a model folder's weights; a word's vector follows the word, and words that are new to it stay random."""
    encoder = CLIPTextModel.from_pretrained(folder / "text_encoder").float()
    numbers = CLIPTokenizer.from_pretrained(folder / "tokenizer").get_vocab()
    weights = encoder.state_dict()
    vectors = text_to_latents.text_encoder.get_input_embeddings().weight.detach().clone()
    for token, number in tokenizer.get_vocab().items():
        if token in numbers:
            vectors[number] = encoder.get_input_embeddings().weight[numbers[token]].detach()
    (name,) = (key for key in weights if key.endswith("token_embedding.weight"))
    text_to_latents.text_encoder.load_state_dict({**weights, name: vectors})
    unet = UNet2DConditionModel.from_pretrained(folder / "unet").float()
    # A distilled network starts a teacher without its guidance.
    unet_weights = {name: weight for name, weight in unet.state_dict().items() if "cond_proj" not in name}
    text_to_latents.unet.load_state_dict(unet_weights)


def is_distilled(folder: Path) -> bool:
    """Return whether a model folder's network takes guidance as an input, for few steps."""
    return UNet2DConditionModel.load_config(folder / "unet").get("time_cond_proj_dim") is not None


def _card(record: dict[str, Any], pipeline: StableDiffusionPipeline) -> str:
    parts = (pipeline.vae, pipeline.text_encoder, pipeline.unet)
    recipe = record["recipe"]
    distillation = recipe["distillation"]
    trainings = _trainings(record)
    minutes = [training["minutes"] for training in trainings]
    each = ", ".join(f"{part:.0f}" for part in minutes)

    def total_steps(part: str) -> int:
        return sum(training["recipe"].get(part, {"steps": 0})["steps"] for training in trainings)

    images_seen = sum(
        training["recipe"]["diffusion"]["steps"] * training["recipe"]["diffusion"]["batch_size"]
        for training in trainings
    )
    # Trained once; those that start from a model take its own.
    autoencoder = trainings[0]["recipe"]["autoencoder"]
    return _CARD.read_text(encoding="utf-8").format(
        millions=sum(weight.numel() for part in parts for weight in part.parameters()) / 1e6,
        n_classes=len(record["classes"]),
        classes=", ".join(record["classes"]),
        n_photos=record["photos"],
        photos_digest=record["photos_digest"],
        latent_channels=recipe["autoencoder"]["latent_channels"],
        autoencoder_steps=autoencoder["steps"],
        autoencoder_batch=autoencoder["batch_size"],
        decoder_steps=total_steps("decoder"),
        decoder_batch=recipe["decoder"]["batch_size"],
        images_seen=images_seen,
        epochs=images_seen / record["photos"],
        paths=distillation["paths"],
        teacher_passes=2 * len(distillation["teacher_timesteps"]),
        low_guidance=distillation["guidance"][0],
        high_guidance=distillation["guidance"][1],
        sampling_steps=distillation["sampling_steps"],
        distillation_steps=distillation["steps"],
        distillation_batch=distillation["batch_size"],
        time=f"{sum(minutes):.0f} minutes" + (f" in {len(minutes)} trainings ({each})" if len(minutes) > 1 else ""),
        machine=record["machine"],
        record=TRAINING_RECORD,
    )


def _trainings(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the records of the trainings that this one started from, the first of them first, and its own."""
    earlier = record.get("started_from")
    return [*(_trainings(earlier) if earlier else []), record]
