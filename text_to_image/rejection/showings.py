"""Which photographs each step of a training shows, and how."""

import numpy as np

from text_to_image.rejection.recipe import RejectionRecipe


class Showings:
    """Photographs in shuffled epochs, a function of (seed, step), so that a resumed run sees the same.

    Each is mirrored every other time that it is shown, the first time by chance (Jordan 2024), and moved at random.
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
