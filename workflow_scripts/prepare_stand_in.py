"""Write a stand-in for the generated photographs, made from real ones: a train and a validation part.

Stand-ins are made from photographs that the study's real arm does not learn from, but for "copies", which are those
very photographs.
"""

from pathlib import Path

import numpy as np

from photographs.photo_set import read_photo_set, write_photo_set
from photographs.splits import REAL_TRAIN_PER_CLASS, REAL_VAL_PER_CLASS
from photographs.stand_ins import SPOILT, held_out_photographs, training_photographs, with_one_class_alike
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--stand-in", choices=(*SPOILT, "copies", "one_class_alike"), required=True)
    arguments.add_argument("--real", type=Path, required=True, help="real training photographs")
    arguments.add_argument("--images-per-class", type=int, required=True, help="of the study's arms, and here")
    arguments.add_argument("--study-seed", type=int, required=True)
    arguments.add_argument("--train", type=Path, required=True, help="photo set to write")
    arguments.add_argument("--val", type=Path, required=True, help="photo set to write")
    options = arguments.parse_args()

    real, size = read_photo_set(options.real), options.images_per_class
    n_val = max(1, round(size * REAL_VAL_PER_CLASS / REAL_TRAIN_PER_CLASS))
    train = held_out_photographs(real, size, size)
    # Validation watches the training alone; it keeps its true labels.
    val = held_out_photographs(real, 2 * size, n_val)
    if options.stand_in == "copies":
        train = training_photographs(real, size)
    elif options.stand_in == "one_class_alike":
        train = with_one_class_alike(train)
    else:
        # All stand-ins of a study draw the same: a larger share of wrong labels holds the smaller one.
        train = SPOILT[options.stand_in](train, np.random.default_rng(options.study_seed))
    write_photo_set(options.train, train)
    write_photo_set(options.val, val)


if __name__ == "__main__":
    run(main)
