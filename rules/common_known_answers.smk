"""What the rules of known answers share: small functions named for what they return."""

from photographs.splits import REAL_TRAIN_PER_CLASS, REAL_VAL_PER_CLASS

# Networks are trained on these; the last two are judged by their images alone.
TRAINED_STAND_INS = (
    "held_out",
    "labels_wrong_20",
    "labels_wrong_40",
    "labels_shuffled",
    "blurred_1",
    "blurred_2",
)
JUDGED_STAND_INS = ("held_out", "copies", "one_class_alike")
# Held-out photographs, as many again with a validation part in proportion, are left only of so many a class.
MOST_PHOTOS_WITH_HELD_OUT = (
    REAL_TRAIN_PER_CLASS * REAL_TRAIN_PER_CLASS // (2 * REAL_TRAIN_PER_CLASS + REAL_VAL_PER_CLASS)
)


wildcard_constraints:
    stand_in="|".join(sorted({*TRAINED_STAND_INS, *JUDGED_STAND_INS})),


def real_photos_for_stand_ins(wildcards):
    """Return the real photographs that stand-ins are made of; end the run if the study leaves too few."""
    if STUDY.mixtures is None:
        sys.exit(
            "error: config: mixtures is null: known answers compare k, which needs real training sets of its sizes"
        )
    if STUDY.images_per_class.train > MOST_PHOTOS_WITH_HELD_OUT:
        sys.exit(
            f"error: config: images_per_class.train is {STUDY.images_per_class.train}: known answers need as many "
            f"held-out photographs again, and CIFAR-10 has {REAL_TRAIN_PER_CLASS} in all; lower it to at most {MOST_PHOTOS_WITH_HELD_OUT}"
        )
    return "results/real_photos/train.npz"


def real_curve():
    """Return the training sets of real photographs alone, and where their predictions lie."""
    return [point for point in mixture_plan() if not point["synthetic"]]


def predictions_of_known_answers(wildcards):
    """Return what networks trained on stand-ins, and on real photographs alone, said of the real test photographs."""
    folders = [f"results/known_answers/{name}" for name in TRAINED_STAND_INS]
    folders += [f"{point['folder']}/{point['name']}" for point in real_curve()]
    return [f"{folder}/seed_{seed}/real.npz" for folder in folders for seed in MIXTURE_SEEDS]
