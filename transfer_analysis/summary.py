"""summary.json: the one source of every number in the figures and the report.

It is a pure function of the predictions and descriptions: no clock, no host, no path enters it.
"""

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from transfer_analysis.cells import Cell
from transfer_analysis.crossed_effects import estimate_means
from transfer_analysis.gaps import describe_gaps, describe_own_gain
from transfer_analysis.study_description import RealManifest, StudyDescription, SyntheticManifest
from transfer_analysis.transfer import describe_cell

# The packages whose versions can move a result; those not installed are left out.
_PACKAGES = (
    *("numpy", "scipy", "pillow", "matplotlib", "jinja2", "pydantic"),
    *("jax", "flax", "optax", "orbax-checkpoint", "torch", "diffusers", "transformers", "snakemake"),
)


def summarise(
    cells: dict[tuple[str, str], Cell],
    study: StudyDescription,
    real: RealManifest,
    synthetic: SyntheticManifest,
    training: dict[str, Any],
) -> dict[str, Any]:
    """Return the summary of a study.

    Args:
        cells: by (arm, domain), every arm on every domain, in the order in which they are to be shown.
        study, real, synthetic: what the config and the manifests say.
        training: how the classifiers were trained, passed through.

    Raises:
        ValueError: the parts contradict each other.
    """
    arms = list(dict.fromkeys(arm for arm, _ in cells))
    domains = list(dict.fromkeys(domain for _, domain in cells))
    _require_agreement(cells, arms, study, {"real": real.classes, "generated": synthetic.classes})
    accuracies = dict(zip(cells, estimate_means([cell.correct_sn for cell in cells.values()]), strict=True))
    transfer = {
        arm: {domain: describe_cell(cells[arm, domain], accuracies[arm, domain]) for domain in domains} for arm in arms
    }
    n_seeds = len(next(iter(cells.values())).predicted_sn)
    return {
        "study": {
            "config_sha256": study.config_sha256,
            "code_version": study.code_version,
            "generator": synthetic.generator.model_dump(),
            "real_source": real.source,
            "classes": study.classes,
            "images_per_class": {
                "real": real.images_per_class.model_dump(),
                "synthetic": synthetic.images_per_class.model_dump(),
            },
            "train_images_per_class": study.train_images_per_class,
            "seeds": list(range(n_seeds)),
            "n_seeds": n_seeds,
            "n_classes": len(study.classes),
            "study_seed": study.study_seed,
            "arms": {arm: study.arms[arm].model_dump() for arm in arms},
            "mixture_test_share": study.mixture_test_share,
            "domains": domains,
            "chance": 1 / len(study.classes),
        },
        "transfer": transfer,
        "gaps": describe_gaps(cells),
        "real_arm_synthetic_minus_real": describe_own_gain(cells),
        "training": training,
        "provenance": {
            "commit": study.commit,
            "versions": package_versions(),
            "digests": {"real": real.digests, "synthetic": synthetic.digests},
            "generated_images": {
                "redrawn": synthetic.redrawn,
                "rejected": synthetic.rejected,
                "arithmetic": synthetic.arithmetic,
            },
            "further": {
                name: extra
                for name, extra in {
                    "study": study.model_extra,
                    "real": real.model_extra,
                    "synthetic": synthetic.model_extra,
                }.items()
                if extra
            },
        },
    }


def package_versions() -> dict[str, str]:
    """Return the versions of Python and of the installed packages that can move a result."""
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def _require_agreement(
    cells: dict[tuple[str, str], Cell], arms: list[str], study: StudyDescription, classes: dict[str, list[str]]
) -> None:
    for kind, names in classes.items():
        if names != study.classes:
            raise ValueError(f"the classes of the {kind} images {names} are not the study's {study.classes}")
    for (arm, domain), cell in cells.items():
        if list(cell.classes) != study.classes:
            raise ValueError(f"{arm} on {domain}: the predictions' classes {cell.classes} are not the study's")
    unknown = [arm for arm in arms if arm not in study.arms]
    if unknown:
        raise ValueError(f"--study: arms: {', '.join(unknown)} is not described there; give its synthetic_share")
