"""Training of the rejection classifier on real photographs."""

import numpy as np
import torch
from torch.nn import functional

from photographs.photo_set import PhotoSet
from text_to_image.cpu_arithmetic import quick_arithmetic
from text_to_image.rejection.muon import Muon
from text_to_image.rejection.network import (
    FastNetworkConfig,
    FastNetworkForImageClassification,
    whitening_filters,
)
from text_to_image.rejection.recipe import RejectionRecipe
from text_to_image.resume_state import ResumeState

# About the mean and standard deviation of photographs' values in 0-1.
MEAN, STD = 0.45, 0.25
# Photographs that the whitening is taken from: more change nothing.
_WHITENED = 5000
_ADAM_SHARE = 0.05


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
    trained = [parameter for parameter in classifier.parameters() if parameter.requires_grad]
    optimizers = {
        "muon": Muon([parameter for parameter in trained if parameter.ndim == 4], recipe.learning_rate),
        "adam": torch.optim.Adam(
            [parameter for parameter in trained if parameter.ndim < 4], _ADAM_SHARE * recipe.learning_rate
        ),
    }
    parts = {"classifier": classifier, **optimizers}
    showings = _Showings(recipe, photographs.images_nhwc)
    for step, progress in saved.steps(parts, recipe.steps, "rejection_training"):
        for optimizer, peak in zip(optimizers.values(), (1, _ADAM_SHARE), strict=True):
            for group in optimizer.param_groups:
                group["lr"] = peak * recipe.learning_rate * rate_factor(recipe, step)
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
        for optimizer in optimizers.values():
            optimizer.step()
        if step % 50 == 0:
            progress.set_postfix(accuracy=f"{(logits.argmax(1) == classes[rows]).float().mean().item():.2f}")
    return classifier.eval()


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


def rate_factor(recipe: RejectionRecipe, step: int) -> float:
    """Return the learning rate's factor: a linear rise to 1, and a linear fall to nearly 0."""
    rising = round(recipe.warmup_fraction * recipe.steps)
    return (step + 1) / (rising + 1) if step < rising else (recipe.steps - step) / (recipe.steps - rising)


def normalised(images_nhwc: np.ndarray) -> torch.Tensor:
    """Turn uint8 (N, H, W, 3) into float32 (N, 3, H, W), as the shipped image processor does."""
    images = torch.from_numpy(np.ascontiguousarray(images_nhwc)).permute(0, 3, 1, 2).float()
    return ((images / 255 - MEAN) / STD).contiguous(memory_format=torch.channels_last)


class _Showings:
    """Which photographs each step shows, and how: a function of (seed, step), so that a resumed run sees the same.

    Epochs are shuffled; a photograph is mirrored every other time that it is shown, the first time by chance (Jordan
    2024), and moved at random.
    """

    def __init__(self, recipe: RejectionRecipe, images_nhwc: np.ndarray):
        self._recipe, self._images = recipe, images_nhwc
        self._mirrored_first = np.random.default_rng((recipe.seed, 0)).random(len(images_nhwc)) < 0.5

    def batch(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Return rows (B,) and their photographs as they are shown, uint8 (B, H, W, 3)."""
        size, photographs = self._recipe.batch_size, len(self._images)
        positions = np.arange(step * size, (step + 1) * size)
        epochs = positions // photographs
        order = {
            epoch: np.random.default_rng((self._recipe.seed, 1, epoch)).permutation(photographs)
            for epoch in range(epochs[0], epochs[-1] + 1)
        }
        rows = np.array(
            [order[epoch][position % photographs] for epoch, position in zip(epochs, positions, strict=True)]
        )
        is_mirrored = self._mirrored_first[rows] ^ (epochs % 2 == 1)
        shown = np.where(is_mirrored[:, None, None, None], self._images[rows][:, :, ::-1], self._images[rows])
        return rows, _moved(shown, self._recipe.shift, np.random.default_rng((self._recipe.seed, 2, step)))


def _moved(images_nhwc: np.ndarray, shift: int, rng: np.random.Generator) -> np.ndarray:
    n, height, width, _ = images_nhwc.shape
    padded = np.pad(images_nhwc, ((0, 0), (shift, shift), (shift, shift), (0, 0)), mode="reflect")
    tops, lefts = rng.integers(2 * shift + 1, size=(2, n))
    return np.stack(
        [image[top : top + height, left : left + width] for image, top, left in zip(padded, tops, lefts, strict=True)]
    )
