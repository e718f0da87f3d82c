"""The trained classifier as one folder in transformers' layout: weights, image processor, model card, record."""

from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel, ViTImageProcessorPil

from photographs.atomic_files import write_json, write_text
from text_to_image.rejection.network import SIDE
from text_to_image.rejection.recipe import RejectionRecipe
from text_to_image.rejection.training import MEAN, STD

_CARD = Path(__file__).with_name("model_card.md")
_RECORD = "training.json"


def write_classifier_folder(folder: Path, classifier: PreTrainedModel, record: dict[str, Any]) -> None:
    """Save everything under `folder`, weights in half precision; `record` becomes `training.json`."""
    recipe = RejectionRecipe.model_validate(record["recipe"])
    classifier.to(torch.float16).save_pretrained(folder, safe_serialization=True)
    # Resized to what the network learned from (32×32 stay as they are), scaled to 0-1, normalised.
    ViTImageProcessorPil(
        size={"height": SIDE, "width": SIDE}, resample=2, image_mean=[MEAN] * 3, image_std=[STD] * 3
    ).save_pretrained(folder)
    write_json(folder / _RECORD, record)
    card = _CARD.read_text(encoding="utf-8").format(
        **{key: record[key] for key in ("photos", "photos_digest", "minutes", "machine")},
        classes=", ".join(record["classes"]),
        thousands=classifier.num_parameters() / 1e3,
        steps=recipe.steps,
        batch_size=recipe.batch_size,
        validated=record["validation"]["photos"],
        accuracy=record["validation"]["accuracy"],
        record=_RECORD,
    )
    write_text(folder / "README.md", card)
