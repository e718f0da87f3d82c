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

    Each channel's map is weighed by the mean of the logit's gradient over the map; what speaks against the class is
    cut off at 0, and the strongest place is 1. All zeros where nothing speaks for the class.

    Args:
        image_hwc: uint8 (32, 32, 3), 0-255 RGB.
        label: position in `classifier.classes`.
    """
    heat = np.asarray(_heat(classifier._graph, classifier.state, image_hwc[None], jnp.asarray(label)))
    return heat / heat.max() if heat.max() > 0 else heat


@functools.partial(jax.jit, static_argnums=0)
def _heat(graph, state, images_nhwc, label):
    network = nnx.merge(graph, state, copy=True)
    outputs = list(network.block_outputs(jnp.asarray(images_nhwc)).values())
    depth = max(index for index, maps in enumerate(outputs) if min(maps.shape[1:3]) >= _SMALLEST_SIDE)

    def logit_of(hidden_nhwc):
        for block in list(network.blocks)[depth + 1 :]:
            hidden_nhwc = block(hidden_nhwc, False)
        return network.classify(network.pool(hidden_nhwc))[0, label]

    weights_c = jax.grad(logit_of)(outputs[depth]).mean(axis=(0, 1, 2))
    return jax.nn.relu((outputs[depth][0] * weights_c).sum(axis=-1))
