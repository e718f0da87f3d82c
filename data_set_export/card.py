"""The data set card: a Hugging Face front matter and a page that says what the images are and how they came to be."""

import itertools
import json
from pathlib import Path
from typing import Any

import jinja2
import yaml
from huggingface_hub import DatasetCardData

from data_set_export.licence import Licence
from data_set_export.photos_manifest import Generator, PhotosManifest
from data_set_export.split_names import EXPORTED_SPLITS
from data_set_export.value_counts import LISTED_VALUES, Column

TEMPLATE = Path(__file__).with_name("card.md.j2")
_SAID_ELSEWHERE = ("model", "revision", "prompts")


def render_card(
    manifest: PhotosManifest,
    columns: list[Column],
    licence: Licence,
    citation: str,
    made_by: dict[str, str],
    image_size: int,
) -> str:
    """Return the card of the exported photographs as Markdown.

    Args:
        columns: what `images.csv` holds.
        citation: BibTeX of the project.
        made_by: by "config_sha256", "code_version" and "commit", what made the images.
        image_size: pixels a side.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE.parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown
    )
    environment.filters |= {"code": _code, "count": "{:,}".format}
    settings = manifest.generator.settings
    return environment.get_template(TEMPLATE.name).render(
        front_matter=_front_matter(manifest, licence),
        title=title(manifest),
        manifest=manifest,
        generator=manifest.generator,
        model=model_in_words(manifest.generator),
        settings={name: json.dumps(value) for name, value in settings.items() if name not in _SAID_ELSEWHERE},
        rejection=settings.get("rejection"),
        counted_among=settings.get("prompts", {}).get("counted_among"),
        prompt_settings=_as_prompt_set(settings["prompts"]) if "prompts" in settings else None,
        prompts=next((column for column in columns if column.name == "prompt"), None),
        columns=columns,
        listed_values=LISTED_VALUES,
        split_names=EXPORTED_SPLITS,
        licence=licence.sentence(),
        citation=citation,
        made_by=made_by,
        image_size=image_size,
    )


def _as_prompt_set(prompts: dict[str, Any]) -> str:
    """Return the prompts as a file that a study can name as its set; words that stand several times are counted."""
    counted = {
        key: {name: _counted(words) for name, words in value.items()} if isinstance(value, dict) else value
        for key, value in prompts.items()
        if value
    }
    return yaml.safe_dump(counted, width=118, default_flow_style=None, sort_keys=False, allow_unicode=True)


def _counted(words: list[str]) -> list[str] | dict[str, int]:
    runs = [(word, len(list(run))) for word, run in itertools.groupby(words)]
    # A word that stands in two places keeps them: places decide which image draws which word.
    in_one_place = len(dict(runs)) == len(runs)
    return dict(runs) if in_one_place and len(runs) < len(words) else words


def title(manifest: PhotosManifest) -> str:
    """Return the data set's title."""
    return f"Generated photographs of {len(manifest.classes)} classes: {', '.join(manifest.classes)}"


def describe(manifest: PhotosManifest) -> str:
    """Return the data set in a few sentences of plain text, for readers who get no card."""
    digests = ", ".join(f"{EXPORTED_SPLITS[split]} {digest}" for split, digest in manifest.digests.items())
    return (
        f"{title(manifest)}. {manifest.n_images:,} synthetic images; none is a photograph of something real. "
        f"Made by {model_in_words(manifest.generator)}, revision {manifest.generator.revision or 'not known'}. "
        f"SHA-256 of each split's set of images: {digests}."
    )


def model_in_words(generator: Generator) -> str:
    """Return what drew the images, in words that mean something outside this study."""
    if generator.is_image_folder:
        return f"an unknown generator (the study took them from the folder {generator.model})"
    if generator.is_embedded:
        return f"Fauxtograph's own embedded generator ({generator.model})"
    return generator.model if generator.is_on_hub else f"the text-to-image model in the folder {generator.model}"


def _front_matter(manifest: PhotosManifest, licence: Licence) -> str:
    return DatasetCardData(
        **licence.front_matter(),
        pretty_name=title(manifest),
        task_categories=["image-classification"],
        size_categories=[size_category(manifest.n_images)],
        annotations_creators=["machine-generated"],
        source_datasets=["original"],
        tags=["synthetic", *([] if manifest.generator.is_image_folder else ["text-to-image"])],
        configs=[
            {
                "config_name": "default",
                "data_files": [{"split": name, "path": f"{name}/**"} for name in EXPORTED_SPLITS.values()],
            }
        ],
    ).to_yaml()


def size_category(n_images: int) -> str:
    """Return the hub's name for a data set's size, such as "10K<n<100K"."""
    bounds = {10**3: "1K", 10**4: "10K", 10**5: "100K", 10**6: "1M", 10**7: "10M", 10**8: "100M", 10**9: "1B"}
    lower = "n"
    for bound, name in bounds.items():
        if n_images < bound:
            return f"n<{name}" if lower == "n" else f"{lower}<n<{name}"
        lower = name
    raise ValueError(f"{n_images} images: no data set of this project has as many")


def _code(text: Any) -> str:
    """Return text as inline code that holds in a Markdown table."""
    return "`" + str(text).replace("|", "\\|").replace("`", "'").replace("\n", " ") + "`"
