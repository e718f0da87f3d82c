"""Estimate without retraining what the images of each template (or domain) are worth to one network.

Writes, for every validation photograph and template, the Shapley values of the template's images for a
nearest-neighbour classifier in the network's features, less those of as many other images.
"""

from pathlib import Path

import jax
import numpy as np

from flax_cnn.classifier import load_classifier
from flax_cnn.compiled_programs import keep_compiled_programs
from photographs.photo_set import read_photo_set
from photographs.verified_arrays import write_arrays
from transfer_analysis.neighbour_shapley import group_values, replacement_values
from workflow_scripts.assigned_gpu import require_gpu
from workflow_scripts.command import json_argument, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--classifier", type=Path, required=True, help="checkpoint trained on --photos")
    arguments.add_argument("--photos", type=Path, required=True, help="its training images, of all templates")
    arguments.add_argument("--validation", type=Path, required=True, help="real validation photographs")
    arguments.add_argument("--by", required=True, help="metadata column: template or domain")
    arguments.add_argument("--values", type=json_argument, required=True, help="its values, as a JSON list")
    arguments.add_argument("--neighbours", type=int, default=10)
    arguments.add_argument("--output", type=Path, required=True, help="float64 (photographs, templates), .npz")
    arguments.add_argument("--compilation-cache", type=Path, help="keep compiled programs here between jobs")
    options = arguments.parse_args()
    keep_compiled_programs(options.compilation_cache)
    require_gpu("jax", jax.default_backend() != "cpu")

    classifier = load_classifier(options.classifier)
    photos, validation = read_photo_set(options.photos), read_photo_set(options.validation)
    groups_n = np.asarray([options.values.index(value) for value in photos.metadata[options.by].tolist()])
    totals_mg = group_values(
        classifier.predict_features(photos.images_nhwc),
        photos.labels,
        groups_n,
        len(options.values),
        classifier.predict_features(validation.images_nhwc),
        validation.labels,
        options.neighbours,
    )
    counts_g = np.bincount(groups_n, minlength=len(options.values))
    write_arrays(options.output, {"values": replacement_values(totals_mg, counts_g)})


if __name__ == "__main__":
    run(main)
