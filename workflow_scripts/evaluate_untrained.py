"""Ask untrained networks about test sets: the floor that the analysis of representations measures from.

They are the networks that the arms' trainings start from, one a seed, their input set from the real training
photographs. Writes FOLDER/seed_{n}/{DOMAIN}_features.npz, the spatial means of every block's output (float16).
"""

from pathlib import Path

import jax

from flax_cnn.classifier import Classifier
from flax_cnn.compiled_programs import keep_compiled_programs
from flax_cnn.config import TrainingConfig
from flax_cnn.keys import training_keys
from flax_cnn.network import fit_input, initial_network
from photographs.mixing import lowest_indices
from photographs.photo_set import read_photo_set
from transfer_analysis.block_features import write_block_features
from workflow_scripts.assigned_gpu import require_gpu
from workflow_scripts.command import json_argument, named_file, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--real-train", type=Path, required=True, metavar="NPZ")
    arguments.add_argument("--train-images-per-class", type=int, required=True)
    arguments.add_argument("--training", type=json_argument, required=True, help="TrainingConfig as JSON")
    arguments.add_argument("--study-seed", type=int, required=True)
    arguments.add_argument("--seeds", type=int, required=True, help="networks, from seed 0 on")
    arguments.add_argument("--photos", type=named_file, nargs="+", required=True, metavar="DOMAIN=NPZ")
    arguments.add_argument("--output-folder", type=Path, required=True)
    arguments.add_argument("--compilation-cache", type=Path, help="keep compiled programs here between jobs")
    options = arguments.parse_args()
    keep_compiled_programs(options.compilation_cache)
    require_gpu("jax", jax.default_backend() != "cpu")

    config = TrainingConfig.model_validate(options.training)
    train_photos = lowest_indices(read_photo_set(options.real_train), options.train_images_per_class, "real")
    photos = {domain: read_photo_set(path) for domain, path in options.photos}
    for seed in range(options.seeds):
        keys = training_keys(options.study_seed, "untrained", seed)
        graph, state = initial_network(config.network, len(train_photos.classes), config.width, keys.initialisation)
        network = Classifier(train_photos.classes, config, fit_input(graph, state, train_photos.images_nhwc))
        for domain, test_photos in photos.items():
            features = network.predict_block_features(test_photos.images_nhwc)
            write_block_features(options.output_folder / f"seed_{seed}" / f"{domain}_features.npz", features)


if __name__ == "__main__":
    run(main)
