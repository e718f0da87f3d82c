"""Training of the rejection classifier on real photographs."""

from functools import partial

import numpy as np
import torch
from torch.nn import functional

from photographs.photo_set import PhotoSet
from text_to_image.cpu_arithmetic import quick_arithmetic
from text_to_image.rejection.network import (
    FastNetworkConfig,
    FastNetworkForImageClassification,
    whitening_filters,
)
from text_to_image.rejection.optimizers import muon_and_adam, triangle
from text_to_image.rejection.recipe import RejectionRecipe
from text_to_image.rejection.showings import Showings
from text_to_image.resume_state import ResumeState

# About the mean and standard deviation of photographs' values in 0-1.
MEAN, STD = 0.45, 0.25
# Photographs that the whitening is taken from: more change nothing. Photo sets come shuffled.
_WHITENED = 5000


def train_rejection_classifier(
    recipe: RejectionRecipe, photographs: PhotoSet, saved: ResumeState
) -> FastNetworkForImageClassification:
    """Train on photographs, uint8 (N, 32, 32, 3), mirrored and moved at random; carry on from what `saved` holds.

    Raises:
        FloatingPointError: the loss is no longer finite; the message names the step.
    """
    present = np.unique(photographs.labels)
    classifier = _untrained(recipe, [photographs.classes[label] for label in present], photographs.images_nhwc)
    classifier.to(memory_format=torch.channels_last).train()
    classes = torch.from_numpy(np.searchsorted(present, photographs.labels))
    optimizers = muon_and_adam(classifier, recipe.learning_rate)
    rising = min(round(recipe.warmup_fraction * recipe.steps), recipe.steps - 1)
    rate = partial(triangle, steps=recipe.steps, rising=rising)
    schedules = [torch.optim.lr_scheduler.LambdaLR(optimizer, rate) for optimizer in optimizers]
    parts = {"classifier": classifier}
    for name, optimizer, schedule in zip(("muon", "adam"), optimizers, schedules, strict=True):
        parts |= {name: optimizer, f"{name}_schedule": schedule}
    showings = Showings(recipe, photographs.images_nhwc)
    for step, progress in saved.steps(parts, recipe.steps, "rejection_training"):
        rows, images = showings.batch(step)
        with quick_arithmetic():
            logits = classifier(pixel_values=normalised(images)).logits
        loss = functional.cross_entropy(logits.float(), classes[rows], label_smoothing=recipe.label_smoothing)
        if not torch.isfinite(loss):
            raise FloatingPointError(
                f"the loss is {loss.item()} at step {step}: lower rejection_training.learning_rate"
            )
        classifier.zero_grad()
        loss.backward()
        for optimizer, schedule in zip(optimizers, schedules, strict=True):
            optimizer.step()
            schedule.step()
        if step % 50 == 0:
            progress.set_postfix(accuracy=f"{(logits.argmax(1) == classes[rows]).float().mean().item():.2f}")
    return classifier.eval()


def normalised(images_nhwc: np.ndarray) -> torch.Tensor:
    """Turn uint8 (N, H, W, 3) into float32 (N, 3, H, W), as the image processor beside the classifier does."""
    images = torch.from_numpy(np.ascontiguousarray(images_nhwc)).permute(0, 3, 1, 2).float()
    return ((images / 255 - MEAN) / STD).contiguous(memory_format=torch.channels_last)


def _untrained(
    recipe: RejectionRecipe, classes: list[str], photographs_nhwc: np.ndarray
) -> FastNetworkForImageClassification:
    """Return an untrained classifier whose first layer whitens `photographs_nhwc`, uint8 (N, 32, 32, 3)."""
    torch.manual_seed(recipe.seed)
    classifier = FastNetworkForImageClassification(
        FastNetworkConfig(
            channels=recipe.channels,
            id2label=dict(enumerate(classes)),
            label2id={name: number for number, name in enumerate(classes)},
        )
    )
    classifier.whitening.weight.data.copy_(whitening_filters(normalised(photographs_nhwc[:_WHITENED])))
    return classifier
