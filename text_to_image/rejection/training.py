"""Training of the rejection classifier on real photographs."""

import numpy as np
import torch
from torch.nn import functional
from transformers import ResNetConfig, ResNetForImageClassification

from photographs.photo_set import PhotoSet
from text_to_image.cpu_arithmetic import quick_arithmetic
from text_to_image.rejection.recipe import RejectionRecipe
from text_to_image.resume_state import ResumeState

# About the mean and standard deviation of photographs' values in 0-1.
MEAN, STD = 0.45, 0.25


def build_classifier(recipe: RejectionRecipe, classes: list[str]) -> ResNetForImageClassification:
    """Return an untrained classifier: images (N, 3, image_size, image_size), normalised, to logits (N, classes)."""
    torch.manual_seed(recipe.seed)
    return ResNetForImageClassification(
        ResNetConfig(
            embedding_size=recipe.channels[0],
            hidden_sizes=list(recipe.channels),
            depths=list(recipe.blocks),
            layer_type="basic",
            id2label=dict(enumerate(classes)),
            label2id={name: number for number, name in enumerate(classes)},
        )
    )


def train_rejection_classifier(
    recipe: RejectionRecipe, photographs: PhotoSet, saved: ResumeState
) -> ResNetForImageClassification:
    """Train on photographs, uint8 (N, 32, 32, 3), mirrored and moved at random; carry on from what `saved` holds.

    Raises:
        FloatingPointError: the loss is no longer finite; the message names the step.
    """
    present = np.unique(photographs.labels)
    classifier = build_classifier(recipe, [photographs.classes[label] for label in present])
    classifier.to(memory_format=torch.channels_last).train()
    classes = torch.from_numpy(np.searchsorted(present, photographs.labels))
    optimizer = torch.optim.AdamW(classifier.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, total_steps=recipe.steps + 1, pct_start=0.2
    )
    parts = {"classifier": classifier, "optimizer": optimizer, "schedule": schedule}
    for step, progress in saved.steps(parts, recipe.steps, "rejection_training"):
        # Drawn from (seed, step), so that a resumed run draws what an undisturbed one would.
        rng = np.random.default_rng((recipe.seed, step))
        rows = rng.integers(len(photographs), size=recipe.batch_size)
        batch = enlarge(_mirrored_and_moved(photographs.images_nhwc[rows], recipe.shift, rng), recipe.image_size)
        with quick_arithmetic():
            logits = classifier(pixel_values=batch).logits
        loss = functional.cross_entropy(logits.float(), classes[rows], label_smoothing=recipe.label_smoothing)
        if not torch.isfinite(loss):
            raise FloatingPointError(
                f"the loss is {loss.item()} at step {step}: lower rejection_training.learning_rate"
            )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            progress.set_postfix(accuracy=f"{(logits.argmax(1) == classes[rows]).float().mean().item():.2f}")
    return classifier.eval()


def enlarge(images_nhwc: np.ndarray, size: int) -> torch.Tensor:
    """Turn uint8 (N, H, W, 3) into normalised float32 (N, 3, size, size), bilinear."""
    images = torch.from_numpy(images_nhwc).permute(0, 3, 1, 2).float()
    images = functional.interpolate(images, size=(size, size), mode="bilinear", align_corners=False)
    return ((images / 255 - MEAN) / STD).contiguous(memory_format=torch.channels_last)


def _mirrored_and_moved(images_nhwc: np.ndarray, shift: int, rng: np.random.Generator) -> np.ndarray:
    n, height, width, _ = images_nhwc.shape
    padded = np.pad(images_nhwc, ((0, 0), (shift, shift), (shift, shift), (0, 0)), mode="reflect")
    tops, lefts = rng.integers(2 * shift + 1, size=(2, n))
    moved = np.stack(
        [image[top : top + height, left : left + width] for image, top, left in zip(padded, tops, lefts, strict=True)]
    )
    is_mirrored = rng.random(n) < 0.5
    return np.where(is_mirrored[:, None, None, None], moved[:, :, ::-1], moved)
