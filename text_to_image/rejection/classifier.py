"""Any image classifier in transformers' layout, asked whether generated images show their class.

Rejection sampling by a classifier (Razavi et al. 2019, section 3.4) keeps, of what a model draws, what a classifier
takes for the class that was asked for: less varied, and more of it right.
"""

from collections.abc import Sequence

import numpy as np
import torch
from safetensors import SafetensorError
from transformers import AutoImageProcessor, AutoModelForImageClassification

from photographs.first_line import first_line
from text_to_image.config import RejectionConfig
from text_to_image.model_source import where_to_load
from text_to_image.rejection import network  # noqa: F401 -- transformers' Auto classes then know it


class RejectionClassifier:
    """A loaded classifier, float32.

    Args:
        config: which, at a pinned revision; it must be in a folder or in the hub's cache already.
        classes: the classes that it will be asked about.
        device: where it computes.

    Raises:
        ValueError: the files do not make a classifier, or its labels lack a class.
    """

    def __init__(self, config: RejectionConfig, classes: Sequence[str], device: str):
        name, location = config.classifier, where_to_load(config.classifier, config.revision)
        try:
            # The same arithmetic whether or not torchvision is installed.
            self._processor = AutoImageProcessor.from_pretrained(name, backend="pil", **location)
            model, loaded = AutoModelForImageClassification.from_pretrained(
                name, use_safetensors=True, dtype=torch.float32, output_loading_info=True, **location
            )
            if missing := sorted(loaded["missing_keys"]):
                raise ValueError(f"its weights lack {missing[0]}, which would be drawn at random")
        except (OSError, ValueError, ImportError, SafetensorError) as error:
            raise ValueError(
                f"generator.rejection.classifier is {name!r}: it cannot be loaded as an image classifier "
                f"({first_line(error)}); choose one in transformers' layout, with safetensors"
            ) from error
        self._model = model.eval().to(device)
        self._least_probability = config.least_probability
        # Not by `label2id`, which is for people, often of text, and not always of the same order.
        self._numbers = {label.lower(): int(number) for number, label in model.config.id2label.items()}
        if unknown := [each for each in classes if each.lower() not in self._numbers]:
            raise ValueError(
                f"generator.rejection.classifier is {name!r}: it has no label {unknown[0]!r} "
                f"(it knows {', '.join(list(self._numbers)[:10])}); choose one that has, or rejection: null"
            )

    @torch.inference_mode()
    def refuses(self, images_nhwc: np.ndarray, class_names: Sequence[str]) -> list[bool]:
        """Return for each image whether its class has less than the least probability.

        Args:
            images_nhwc: float32 (N, H, W, 3) in 0-1; what is not a number counts as 0.
            class_names: the N classes that were asked for.
        """
        pixels = np.rint(np.nan_to_num(images_nhwc).clip(0, 1) * 255).astype(np.uint8)
        inputs = self._processor(list(pixels), input_data_format="channels_last", return_tensors="pt")
        probabilities = self._model(**inputs.to(self._model.device)).logits.softmax(dim=-1).cpu()
        rows = torch.arange(len(pixels)), [self._numbers[name.lower()] for name in class_names]
        return (probabilities[rows] < self._least_probability).tolist()
