"""A pipeline that draws noise by its seed and spoils the images it is told to, where a real one seldom would."""

import numpy as np
import torch

from text_to_image.image_identity import image_seed


def noise_image(seed):
    return np.random.default_rng(seed).random((32, 32, 3)).astype(np.float32)


class FaultyPipeline:
    """Draws noise by seed; spoils the seeds it is told to, in the way it is told to."""

    device, arithmetic = "cpu", "cpu float32"

    def __init__(self, spoils, out_of_memory_in=()):
        self.spoils = spoils
        self.out_of_memory_in = out_of_memory_in
        self.forwards = 0

    def __call__(self, prompts, scales, seeds):
        self.forwards += 1
        if self.forwards in self.out_of_memory_in:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.\nmore words")
        images = np.stack([noise_image(seed) for seed in seeds])
        blanked = [False] * len(seeds)
        for row, seed in enumerate(seeds):
            kind = self.spoils.get(seed)
            if kind == "nan":
                images[row, 3, 3, 0] = np.nan
            elif kind == "blank":
                images[row] = 0.5
            elif kind == "unsafe":
                blanked[row] = True
        return images, blanked


def noise_seed(index, redraw=0):
    return image_seed(0, "cat", index, "noise", redraw)
