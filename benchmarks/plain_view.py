"""What one writes first: a Flask view that decodes a photograph and calls each network, compiled, for it alone.

`benchmarks.serve` measures the playground beside it: python -m benchmarks.plain_view PORT CHECKPOINT…
"""

import io
import sys
from pathlib import Path

import jax
import numpy as np
from flask import Flask, jsonify, request
from flax import nnx
from PIL import Image
from waitress import serve

from flax_cnn.classifier import load_classifier
from text_to_image.resampling import to_study_size


def plain_app(checkpoints: list[Path]) -> Flask:
    """Return the app, its classifiers loaded and compiled."""
    app = Flask(__name__)
    classifiers = {path.parent.name: load_classifier(path) for path in checkpoints}
    networks = {
        name: jax.jit(nnx.merge(classifier.graph, classifier.state)) for name, classifier in classifiers.items()
    }
    for network in networks.values():
        network(np.zeros((1, 32, 32, 3), np.uint8))

    @app.post("/api/v1/classify")
    def classify():
        image = Image.open(io.BytesIO(request.get_data())).convert("RGB")
        pixels = to_study_size(np.asarray(image), "box")[None]
        answers = {}
        for name, network in networks.items():
            logits = np.asarray(network(pixels))[0]
            exponentials = np.exp(logits - logits.max())
            probabilities = exponentials / exponentials.sum()
            answers[name] = dict(zip(classifiers[name].classes, probabilities.tolist(), strict=True))
        return jsonify(answers)

    @app.get("/readyz")
    def ready():
        return {}

    return app


if __name__ == "__main__":
    serve(plain_app([Path(path) for path in sys.argv[2:]]), host="127.0.0.1", port=int(sys.argv[1]), threads=16)
