"""Write what generator_quality.json measured into a model folder's card (README.md), between two marks.

Where the marks are missing they are added. The measurement must be of the very model in the folder: its revision (the
digest of the folder's files) is compared.
"""

from pathlib import Path
from typing import Any

from data_set_export.photos_manifest import PhotosManifest, read_manifest
from photographs.atomic_files import read_json, write_text
from text_to_image.config import GeneratorConfig
from text_to_image.model_source import resolve_model
from transfer_analysis.report.generator_quality_answer import quality_in_words
from workflow_scripts.command import parser, run

QUALITY = Path("results/report/generator_quality.json")
PHOTOS = Path("results/synthetic_photos/manifest.json")
_START, _END = "<!-- quality -->\n", "<!-- end of quality -->\n"
_STATISTICS = {
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
    "frechet_distance": "Fréchet distance",
    "kernel_distance": "kernel distance",
}


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--quality", type=Path, default=QUALITY)
    arguments.add_argument("--photos", type=Path, default=PHOTOS, help="manifest of the generated photographs")
    arguments.add_argument("--model", type=Path, default=Path("models/embedded"), help="the model's folder")
    options = arguments.parse_args()
    quality = read_json(options.quality)
    revision = resolve_model(GeneratorConfig(model=str(options.model.absolute()))).revision
    if quality["generator"]["revision"] != revision:
        raise ValueError(
            f"{options.quality} was measured on the model {quality['generator']['revision']}, and {options.model} is "
            f"{revision}: run `snakemake --cores all generator_quality` with this model"
        )
    card = options.model / "README.md"
    write_text(card, with_quality(card.read_text(encoding="utf-8"), quality, read_manifest(options.photos)))


def with_quality(card: str, quality: dict[str, Any], photos: PhotosManifest) -> str:
    """Return the card with the measurements between the marks; without marks they come at the end."""
    if _START not in card:
        card = f"{card.rstrip()}\n\n{_START}{_END}"
    before, rest = card.split(_START)
    after = rest.split(_END)[1]
    return before + _START + quality_text(quality, photos) + _END + after


def quality_text(quality: dict[str, Any], photos: PhotosManifest) -> str:
    """Return the measurements as Markdown: words, table by class, and how they were made.

    Args:
        quality: what generator_quality.json holds.
        photos: the manifest of the photographs that were measured.
    """
    classes, method = quality["classes"], quality["method"]
    classifier, photographs = quality["classifier"], quality["photographs"]
    groups = {"all": (quality["recognised"]["overall"], quality["overall"])} | {
        name: (quality["recognised"]["per_class"][name], quality["per_class"][name]) for name in classes
    }
    rows = [
        "| | " + " | ".join(groups) + " |",
        "|---|" + "---|" * len(groups),
        "| recognised | " + " | ".join(_share(shares) for shares, _ in groups.values()) + " |",
        *(
            f"| {name} | " + " | ".join(_statistic(entries[key]) for _, entries in groups.values()) + " |"
            for key, name in _STATISTICS.items()
        ),
    ]
    real = quality["recognised"]["overall"]["real"]
    return (
        "## How good its photographs are\n\n"
        f"{_drawn_how(photos)}\n\n{quality_in_words(quality)}\n\n" + "\n".join(rows) + "\n\n"
        "Each cell: generated images, and in brackets real photographs against real ones (the best that can be had). "
        f"Measured on {sum(photographs['generated']['images_per_class']):,} generated images and "
        f"{sum(photographs['real']['images_per_class']):,} of CIFAR-10's validation photographs "
        f"({method['images_per_class_and_half']} a class on each side, {method['draws']} draws, k = {method['k']}), in "
        f"{method['features']} features of a classifier trained on {classifier['train_images_per_class']:,} real "
        f"photographs a class, {classifier['training']['steps']:,} steps ({len(method['classifiers'])} trainings, "
        f"accuracy on the validation photographs {100 * real['mean']:.1f} %). Near-copies were searched among "
        f"{sum(photographs['training']['images_per_class']):,} training and "
        f"{sum(photographs['test']['images_per_class']):,} test photographs and their mirror images. "
        f"Code: version {quality['provenance']['code_version']}, commit {quality['provenance']['commit']}.\n"
    )


def _drawn_how(photos: PhotosManifest) -> str:
    settings = photos.generator.settings
    how = f"Drawn with {settings['steps']} steps at guidance {settings['guidance_scale']}."
    if (counted_among := settings["prompts"].get("counted_among")) is not None:
        how += f" **Prompts that were counted**: their words stand as often as {counted_among} show what they name."
    if settings["rejection"] is None:
        return how
    refused = photos.rejected / (photos.rejected + photos.n_images)
    return (
        f"{how} **Selected**: {100 * refused:.0f} % of what was drawn was refused by "
        f"`{settings['rejection']['classifier']}`, a classifier of real photographs, and drawn again; *recognised* is "
        "what other classifiers say of those that were kept."
    )


def _share(shares: dict[str, Any]) -> str:
    return f"{100 * shares['generated']['mean']:.1f} % ({100 * shares['real']['mean']:.1f} %)"


def _statistic(entry: dict[str, Any]) -> str:
    return f"{entry['value']:.2f} ({entry['null']:.2f})".replace("-", "−")


if __name__ == "__main__":
    run(main)
