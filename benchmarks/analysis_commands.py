"""The commands of a large study's analysis, stage by stage: what may run side by side makes one stage.

They are those of rules/*.smk, with the settings of `config.yaml`; the study is the one of `analysis_data.py`.
"""

import json
from pathlib import Path

from benchmarks.analysis_data import CLASSES, DOMAINS, SHARES, split_sizes
from benchmarks.measured_command import REPOSITORY, Measurement, measured

CLASSIFIERS = REPOSITORY / "models" / "classifiers"
PUBLISHED = REPOSITORY / "transfer_analysis" / "published_results.json"
# The figures of each part; those of None are drawn from the summary or from several parts.
FIGURES = {
    None: (
        *("transfer_matrix", "gaps", "per_class_recall", "confusion_matrices", "confusion_differences"),
        *("mixtures", "learning_curves", "exchange_rate", "published_results"),
    ),
    "representations": ("network_similarity", "linear_probes", "feature_map"),
    "generator_quality": ("generator_quality",),
    "domain_gap": ("real_or_generated", "directions_removed"),
    "trust": ("reliability", "selective_accuracy", "robustness", "map_agreement"),
}
SEEN_PHOTOS = (
    *("real_photos/val", "real_photos/test", "synthetic_photos/train", "synthetic_photos/test"),
    *("filtered_photos/val", "filtered_photos/test"),
)
SEARCHED = ("train", "test", "val")
_PARTS = (0.125, 0.25, 0.5, 1.0)
# Each size alone, of either kind, and filled up with generated images: shares (real, synthetic) of the training images.
MIXTURES = {
    f"real_{real}_synthetic_{synthetic}": (real, synthetic)
    for part in _PARTS
    for real, synthetic in ((part, 0.0), (0.0, part), (part, 1.0 - part))
}


def stages(folder: Path, images_per_class: int, seeds: int, settings: dict) -> list[list[Measurement]]:
    """Return the whole analysis of the study in `folder`; within a stage what takes longest begins first."""
    return [
        preparations(folder),
        features(folder, seeds),
        analyses_of_features(folder, seeds, settings) + answers(folder, seeds, settings),
        analyses_of_answers(folder, seeds, images_per_class, settings),
        figures(folder, seeds),
        report(folder),
        print_version(folder),
    ]


def preparations(folder: Path) -> list[Measurement]:
    """Return what makes the photographs without what tells the kinds apart."""
    splits = ("val", "test")
    return [
        measured(
            "prepare_filtered_photos",
            fit=folder / "real_photos/val.npz",
            generated=folder / "synthetic_photos/train.npz",
            photos=[folder / f"real_photos/{split}.npz" for split in splits],
            output=[folder / f"filtered_photos/{split}.npz" for split in splits],
        )
    ]


def features(folder: Path, seeds: int) -> list[Measurement]:
    """Return what asks the real-trained networks what they see."""
    network = {"classifier": _checkpoint("real"), "compilation_cache": folder / "compiled"}
    searched = measured(
        "evaluate_features",
        "--mirrored",
        photos=[folder / f"real_photos/{split}.npz" for split in SEARCHED],
        output=[folder / f"searched/{split}.npz" for split in SEARCHED],
        **network,
    )
    each_seed = [
        measured(
            "evaluate_features",
            photos=[folder / f"{each}.npz" for each in SEEN_PHOTOS],
            output=[folder / f"features/seed_{seed}/{each}.npz" for each in SEEN_PHOTOS],
            **network,
        )
        for seed in range(seeds)
    ]
    return [searched, *each_seed]


def answers(folder: Path, seeds: int, settings: dict) -> list[Measurement]:
    """Return what asks all networks about the test sets."""
    train, val, test = (folder / f"real_photos/{split}.npz" for split in ("train", "val", "test"))
    named = {domain: folder / f"{domain}_photos/test.npz" for domain in DOMAINS}
    photos = [f"{domain}={path}" for domain, path in named.items()]
    checkpoints = {arm: _checkpoint(arm) for arm in SHARES}
    cache = {"compilation_cache": folder / "compiled"}
    trust = [
        measured(
            "evaluate_trust",
            **{"arms": list(checkpoints), "classifiers": list(checkpoints.values()), "real_val": val, "photos": test},
            **{"synthetic_val": folder / "synthetic_photos/val.npz", "trust": json.dumps(settings["trust"])},
            **{"output": folder / f"trust/seed_{seed}.npz"},
            **cache,
        )
        for seed in range(seeds)
    ]
    untrained = measured(
        "evaluate_untrained",
        **{"real_train": train, "train_images_per_class": settings["images_per_class"]["train"], "study_seed": 0},
        **{"training": json.dumps(settings["training"]), "seeds": seeds, "output_folder": folder / "untrained"},
        **{"photos": photos[:2]},
        **cache,
    )
    each_arm = [
        measured(
            "evaluate_classifier",
            "--block-features",
            **{"classifier": checkpoint, "photos": photos, "output_folder": folder / f"answers/{arm}/seed_{seed}"},
            **cache,
        )
        for seed in range(seeds)
        for arm, checkpoint in checkpoints.items()
    ]
    return [*trust, untrained, *each_arm]


def _checkpoint(arm: str) -> Path:
    return CLASSIFIERS / arm / "checkpoint"


def analyses_of_features(folder: Path, seeds: int, settings: dict) -> list[Measurement]:
    """Return what is made of the real-trained networks' features."""
    real, generated = ({s: folder / f"{kind}_photos/{s}.npz" for s in SEARCHED} for kind in ("real", "synthetic"))
    filtered = [folder / f"filtered_photos/{split}.npz" for split in ("val", "test")]
    return [
        measured(
            "analyse_generator_quality",
            **{"real": real["val"], "generated": generated["train"], "training": real["train"], "test": real["test"]},
            real_features=[folder / f"features/seed_{seed}/real_photos/val.npz" for seed in range(seeds)],
            generated_features=[folder / f"features/seed_{seed}/synthetic_photos/train.npz" for seed in range(seeds)],
            training_features=folder / "searched/train.npz",
            test_features=folder / "searched/test.npz",
            validation_features=folder / "searched/val.npz",
            **{"synthetic_manifest": folder / "synthetic.json", "classifier": "{}", "seed": 0},
            **{"pairs": folder / "pairs.csv"},
            **_written(folder, "generator_quality"),
        ),
        measured(
            "analyse_domain_gap",
            **{"real": [real["val"], real["test"]], "generated": [generated["train"], generated["test"]]},
            **{"settings": json.dumps(settings["domain_gap"]), "filtered": filtered, "features": folder / "features"},
            **{"networks": seeds, "seed": 0},
            **_written(folder, "domain_gap"),
        ),
    ]


def analyses_of_answers(folder: Path, seeds: int, images_per_class: int, settings: dict) -> list[Measurement]:
    """Return what is made of the answers about the test sets."""
    train = split_sizes(images_per_class)["train"]
    arms = {arm: {"synthetic_share": share} for arm, share in SHARES.items()}
    study = {"config_sha256": "made up", "classes": CLASSES, "arms": arms, "study_seed": 0}
    study["train_images_per_class"] = train
    trust = [folder / f"trust/seed_{seed}.npz" for seed in range(seeds)]
    points = [
        {"name": name, "folder": str(folder / "mixtures"), "real": int(real * train), "synthetic": int(added * train)}
        for name, (real, added) in MIXTURES.items()
    ]
    return [
        measured(
            "analyse_representations",
            **{"predictions": folder / "answers", "untrained": folder / "untrained", "seeds": seeds},
            transplant_images_per_class=0,
            settings=json.dumps(settings["representations"] | {"transplant": None}),
            **_written(folder, "representations"),
        ),
        measured(
            "analyse_transfer",
            predictions_folder=folder / "predictions",
            **{"arms": list(SHARES), "domains": DOMAINS, "seeds": seeds, "study": json.dumps(study)},
            **{"real_manifest": folder / "real.json", "synthetic_manifest": folder / "synthetic.json"},
            **{"training": "{}", "output": folder / "summary.json", "tables": folder / "tables"},
        ),
        measured("analyse_mixtures", points=json.dumps(points), seeds=seeds, **_written(folder, "mixtures")),
        measured("analyse_trust", predictions_folder=folder / "answers", answers=trust, **_written(folder, "trust")),
    ]


def _written(folder: Path, part: str) -> dict[str, Path]:
    return {"output": folder / f"{part}.json", "tables": folder / "tables"}


def figures(folder: Path, seeds: int) -> list[Measurement]:
    """Return what draws."""
    sources = {"summary": folder / "summary.json", "parts": [folder / "mixtures.json", PUBLISHED]}
    drawn = [
        measured(
            "plot_part",
            figure=name,
            **(sources if part is None else {"parts": [folder / f"{part}.json"]}),
            output=folder / "figures" / f"{name}.svg",
        )
        for part, names in FIGURES.items()
        for name in names
    ]
    sheets = measured(
        "plot_saliency_sheets",
        trust=folder / "trust.json",
        answers=[folder / f"trust/seed_{seed}.npz" for seed in range(seeds)],
        **{"photos": folder / "real_photos/test.npz", "output": folder / "figures/saliency_sheets.svg"},
    )
    return [sheets, *drawn]


def report(folder: Path) -> list[Measurement]:
    """Return what writes the page."""
    parts = [folder / f"{part}.json" for part in ("mixtures", *(part for part in FIGURES if part))]
    sources = {"summary": folder / "summary.json", "parts": [*parts, PUBLISHED]}
    return [measured("write_report", **sources, figures=folder / "figures", output=folder / "report.html")]


def print_version(folder: Path) -> list[Measurement]:
    """Return what makes the page's print version."""
    return [measured("write_print_version", page=folder / "report.html", output=folder / "report.pdf")]
