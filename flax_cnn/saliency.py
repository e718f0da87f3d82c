"""Where in an image a network found its class: Grad-CAM (Selvaraju et al. 2017, arXiv 1610.02391).

The last block's maps are too coarse to show a place, so those of the deepest block that still has 8×8 are taken, as the
gradient of the blocks behind it weighs them.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from flax_cnn.classifier import Classifier

_SMALLEST_SIDE = 8


def grad_cam(classifier: Classifier, image_hwc: np.ndarray, label: int) -> np.ndarray:
    """Return float32 (H, W) in 0-1, H and W at least 8: how much each place of the image speaks for class `label`.

    Args:
        image_hwc: uint8 (32, 32, 3), 0-255 RGB.
        label: position in `classifier.classes`.
    """
    return grad_cams(classifier, image_hwc[None], np.array([label]))[0]


def grad_cams(classifier: Classifier, images_nhwc: np.ndarray, labels_n: np.ndarray) -> np.ndarray:
    """Return float32 (N, H, W) in 0-1, H and W at least 8: where each image speaks for its class.

    Each channel's map is weighed by the mean of the logit's gradient over the map; what speaks against the class is
    cut off at 0, and the strongest place of an image is 1. All zeros where nothing speaks for the class.

    Args:
        images_nhwc: uint8 (N, 32, 32, 3), 0-255 RGB, all taken at once.
        labels_n: (N,) positions in `classifier.classes`.
    """
    heat_nhw = np.asarray(_heat(classifier.graph, classifier.state, images_nhwc, jnp.asarray(labels_n)))
    strongest_n11 = heat_nhw.max(axis=(1, 2), keepdims=True)
    return np.divide(heat_nhw, strongest_n11, out=np.zeros_like(heat_nhw), where=strongest_n11 > 0)


@functools.partial(jax.jit, static_argnums=0)
def _heat(graph, state, images_nhwc, labels_n):
    network = nnx.merge(graph, state, copy=True)
    outputs = list(network.block_outputs(jnp.asarray(images_nhwc)).values())
    depth = max(index for index, maps in enumerate(outputs) if min(maps.shape[1:3]) >= _SMALLEST_SIDE)

    def sum_of_logits(hidden_nhwc):
        for block in list(network.blocks)[depth + 1 :]:
            hidden_nhwc = block(hidden_nhwc, False)
        logits_nk = network.classify(network.pool(hidden_nhwc))
        # An image's logit depends on its own maps alone, so the sum's gradient is each one's.
        return jnp.take_along_axis(logits_nk, labels_n[:, None], axis=1).sum()

    weights_n11c = jax.grad(sum_of_logits)(outputs[depth]).mean(axis=(1, 2), keepdims=True)
    return jax.nn.relu((outputs[depth] * weights_n11c).sum(axis=-1))
